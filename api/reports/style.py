"""The style of the pages: calm, readable on a phone, printable on A4. No fonts are loaded."""

STYLE = """
:root{--ink:#1d2731;--soft:#5a6774;--faint:#8894a0;--line:#e3e7eb;--ground:#f4f6f8;--blue:#245a97;
--bar:#c3d5e8;--half:#90aeca;--green:#1b6b3e;--amber:#855400;
--sans:-apple-system,"PingFang SC","Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",
system-ui,sans-serif;--serif:"Songti SC","Noto Serif CJK SC","Source Han Serif SC",
STSong,SimSun,Georgia,serif}
:lang(en) :root,:root:lang(en){--serif:Georgia,"Noto Serif","Noto Serif CJK SC",serif}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.7 var(--sans);
-webkit-text-size-adjust:100%;font-kerning:normal}
main{max-width:52rem;margin:2rem auto;padding:2.6rem 3rem 3rem;background:#fff;
border:1px solid var(--line);border-radius:4px}
.broad main{max-width:68rem}
h1,h2,.of{font-family:var(--serif)}
h1{font-size:2.1rem;line-height:1.25;font-weight:700;margin:.15rem 0 0;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.6rem 0 .5rem;padding-bottom:.35rem;border-bottom:1px solid var(--ink)}
h3{font-size:1.02rem;font-weight:600;margin:0;line-height:1.45}
p{margin:.4rem 0}a{color:var(--blue);text-underline-offset:.18em}
small,.note,.few,figcaption,.hash,.exact,.leaves,summary{font-size:.84rem;color:var(--soft)}
.en{font-family:var(--sans);font-size:.82rem;font-weight:400;color:var(--faint);
letter-spacing:.005em}
code,pre{font:.82rem/1.55 ui-monospace,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace;
overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.65rem .9rem;background:var(--ground);border-radius:4px;
white-space:pre-wrap}
header{margin-bottom:1.3rem}.over{margin:0;color:var(--soft);font-size:.95rem}
.of{margin:.25rem 0 0;font-size:1.15rem;color:var(--ink)}
.facts{margin:1rem 0 0;font-size:.9rem}.facts div{display:flex;gap:.8rem;padding:.1rem 0}
.facts dt{flex:0 0 7rem;color:var(--soft)}.facts dd{margin:0;min-width:0}
.state{margin:0 0 .8rem;padding:.8rem 1.1rem;border-left:4px solid;background:#fff}
.state strong{font-size:1.12rem}.state p{margin:.15rem 0 0;color:var(--ink);font-size:.95rem}
.state .en{color:inherit;opacity:.8}
.green{color:var(--green)}.amber{color:var(--amber)}.grey{color:var(--soft)}
.state.green{background:#eff7f1}.state.amber{background:#fdf6e7}.state.grey{background:#f1f3f5}
.warn{margin:.8rem 0;padding:.7rem 1.1rem;border:1px solid #ecd9ae;border-radius:4px;
font-size:.93rem}.warn strong{color:var(--amber)}.warn ul{margin:.25rem 0 0;padding-left:1.2rem}
section{display:grid;grid-template-columns:minmax(0,1fr) 22.5rem;grid-template-rows:auto 1fr;
column-gap:2.4rem;padding:1.3rem 0 1.1rem;border-bottom:1px solid var(--line)}
section>figure,section>.few{grid-column:2;grid-row:1/span 2;margin:0}
section>details{grid-column:1;align-self:end}section>details[open]{grid-column:1/-1;grid-row:3}
.value{margin:.1rem 0 0;font-size:1.9rem;line-height:1.3;font-weight:600;
font-variant-numeric:tabular-nums lining-nums;overflow-wrap:anywhere}
.value.word{font-size:1.5rem}.value.missing{font-size:1.3rem;color:var(--amber)}
.unit{font-size:.95rem;font-weight:400;color:var(--soft)}.exact{margin:0;overflow-wrap:anywhere}
figure{margin:0}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text{font:11px var(--sans);fill:var(--soft);font-variant-numeric:tabular-nums}
.bar{fill:var(--bar)}.bar.me{fill:#7fa5cc}.axis{stroke:#a9b4be;fill:none}
rect.half{fill:var(--half)}rect.median{fill:var(--ink)}
path.own{stroke:var(--blue);stroke-width:1.5;fill:none}path.here{fill:var(--blue)}
figcaption{display:flex;flex-wrap:wrap;gap:0 1rem;line-height:1.6;padding:.1rem .5rem 0}
figcaption i{display:inline-block;margin-right:.35em;vertical-align:middle}
i.median{width:.17rem;height:.75em;background:var(--ink)}
i.half{width:.95em;height:.33em;border-radius:.2em;background:var(--half)}
i.own{width:0;height:0;border:.32em solid transparent;border-top:.5em solid var(--blue);
border-bottom:0}
.few{padding:.2rem .5rem 0}
.why{margin:.5rem 0 0;padding-left:.9rem;border-left:3px solid #ecd9ae;font-size:.93rem}
.why p{margin:0}.why ul{margin:0;padding:0;list-style:none}.why li{padding:.1rem 0}
.whom{color:var(--soft)}.whom b{font-weight:600;color:var(--ink)}
.note{margin:.4rem 0 0;max-width:44rem}details{margin-top:.45rem}
summary{cursor:pointer}.leaves{margin:.3rem 0;font-variant-numeric:tabular-nums;
overflow-wrap:anywhere}
.listed{list-style:none;margin:0;padding:0}
.listed li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.1rem 1.5rem;padding:.55rem 0;
border-bottom:1px solid var(--line)}
.count{font-weight:600;font-variant-numeric:tabular-nums}
.listed .leaves{grid-column:1/-1;margin:0}.grave .said{color:var(--amber);font-weight:600}
.timeline{list-style:none;margin:.9rem 0 0 .35rem;padding:0 0 0 1.4rem;
border-left:2px solid var(--line)}
.timeline li{position:relative;padding:0 0 1rem;overflow-wrap:anywhere}
.timeline li:last-child{padding-bottom:.2rem}.timeline div{white-space:pre-line}
.timeline li:before{content:"";position:absolute;left:-1.83rem;top:.42rem;width:.7rem;
height:.7rem;border-radius:50%;background:var(--green);border:2px solid #fff}
.timeline .bad:before{background:#fff;border:2px solid var(--amber)}
.timeline time{display:block;font-size:.82rem;color:var(--soft);
font-variant-numeric:tabular-nums}.hash{margin:.25rem 0}
.chips{display:flex;flex-wrap:wrap;gap:.4rem .6rem;margin:.8rem 0 0}
.chip{padding:.1rem .7rem;border:1px solid;border-radius:1rem;font-size:.86rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1.6rem 2rem;
padding-top:.6rem}.grid h3{font-size:.93rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem;line-height:1.45}
th,td{padding:.42rem .5rem;text-align:left;border-bottom:1px solid var(--line);
vertical-align:top;white-space:nowrap}
thead th{color:var(--soft);font-weight:600;white-space:normal;vertical-align:bottom;min-width:4.6em;
text-wrap:balance;border-bottom:1px solid var(--ink)}
tbody th{position:sticky;left:0;background:#fff;font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums}
.zero{color:var(--faint)}
.hints{list-style:none;margin:.5rem 0 0;padding:0}
.hints li{display:flex;gap:.9rem;padding:.3rem 0;border-bottom:1px solid var(--line);
font-size:.93rem}.hints li>:first-child{flex:0 0 6.5rem;overflow-wrap:anywhere}
@media(max-width:46rem){main{margin:0;padding:1.4rem 1.1rem 2rem;border:0}
h1{font-size:1.7rem}section{display:block}section>figure,section>.few{margin-top:.6rem}
section>.few{padding:0}
.facts div{display:block;padding:.25rem 0}.facts dt{font-size:.82rem}}
@media print{@page{size:A4;margin:16mm 17mm}@page wide{size:A4 landscape}
body{background:#fff;font-size:10.5pt;line-height:1.55}
main{max-width:none;margin:0;padding:0;border:0}
section{display:grid;grid-template-columns:minmax(0,1fr) 80mm;column-gap:8mm}
section>figure,section>.few{margin:0}figcaption{font-size:8pt}.chart text{font-size:12px}
section{padding:.85rem 0 .7rem}h2{margin-top:1.7rem}.value{font-size:1.6rem}
.timeline li{padding-bottom:.5rem}.listed li{padding:.35rem 0}
details:not([open]) .fold{display:none}
section,li,.state,.warn,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
details:not([open]) summary{list-style:none}summary::-webkit-details-marker{display:none}
.wide{page:wide;overflow:visible}tbody th{position:static}thead{display:table-header-group}
a{color:inherit;text-decoration:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
