"""The style of the pages: calm, readable on a phone, printable on A4."""

STYLE = """
:root{--ink:#1c2733;--soft:#5b6875;--line:#e2e6ea;--blue:#2b5f9e;--bar:#bcd0e6;--green:#1a6e3c;
--amber:#8a5a00;--red:#a51d1d}
*{box-sizing:border-box}body{margin:0;background:#f6f7f9;color:var(--ink);
font:16px/1.65 system-ui,"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif}
main{max-width:54rem;margin:0 auto;padding:2.2rem 1.2rem 3rem;background:#fff}
h1{font-size:1.9rem;line-height:1.25;margin:.1rem 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.12rem;margin:2.2rem 0 .6rem;padding-bottom:.3rem;border-bottom:2px solid var(--line)}
h3{font-size:1rem;font-weight:600;margin:0}
.over,.under{color:var(--soft);margin:0}small,.note,.inputs,.few,figcaption,.hash{font-size:.84rem;
color:var(--soft)}code,pre{font:.82rem/1.5 ui-monospace,"Noto Sans Mono CJK SC",monospace;
overflow-wrap:anywhere}pre{background:#f1f3f6;padding:.7rem .9rem;border-radius:6px;
white-space:pre-wrap}
.state{margin:1.2rem 0 .8rem;padding:.7rem 1rem;border-left:5px solid;background:#f6f7f9;
border-radius:0 6px 6px 0}
.green{color:var(--green)}.amber{color:var(--amber)}.grey{color:var(--soft)}
.state small{color:inherit}.warn{margin:.6rem 0;padding:.6rem 1rem .6rem 2rem;background:#fff7e6;
color:var(--amber);border-radius:6px}
section{padding:1rem 0;border-bottom:1px solid var(--line)}
.row{display:flex;flex-wrap:wrap;gap:.6rem 2rem;justify-content:space-between;
align-items:flex-start}
.row>div:first-child{flex:1 1 13rem}.value{font-size:1.65rem;font-weight:650;margin:.15rem 0;
font-variant-numeric:tabular-nums;line-height:1.3}.value.missing{color:var(--amber);font-size:1.2rem}
.exact{font-weight:400}.inputs,.note{margin:0}.note{margin-top:.4rem}
figure{margin:0;flex:0 1 22rem}.chart{display:block;width:100%;height:auto}.bars{fill:var(--bar)}
.axis{stroke:#9aa7b4}.median{stroke:#7389a1;stroke-dasharray:3 3}line.own{stroke:var(--blue);
stroke-width:2.5}path.own{fill:var(--blue)}.ends{display:flex;justify-content:space-between;
font-size:.78rem;color:var(--soft);font-variant-numeric:tabular-nums;margin-top:-.3rem}
.few{flex:0 1 22rem;margin:.4rem 0 0}.why{margin:.4rem 0 0;padding-left:1.3rem;color:var(--amber)}
.leaves{color:var(--soft);font-variant-numeric:tabular-nums}
.timeline{list-style:none;margin:.8rem 0;padding:0 0 0 1.1rem;border-left:2px solid var(--line)}
.timeline li{position:relative;padding:.15rem 0 .7rem}
.timeline li:before{content:"";position:absolute;
left:-1.48rem;top:.62rem;width:.65rem;height:.65rem;border-radius:50%;background:var(--green)}
.timeline .bad:before{background:var(--amber)}.timeline time{display:block;font-size:.8rem;
color:var(--soft)}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);
vertical-align:top;white-space:nowrap}th{color:var(--soft);font-weight:600;white-space:normal}
.n{text-align:right;font-variant-numeric:tabular-nums}a{color:var(--blue)}
@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}
section,li{break-inside:avoid}h2{break-after:avoid}@page{size:A4;margin:18mm 16mm}}
"""
