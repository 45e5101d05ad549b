"""The picture of the rooms: which package may import which, as an SVG drawing.

The laws themselves stand in `pyproject.toml` and are held by `make check`; this draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 1160, 838
INK, GREY, LINE, RED, FRAME = "#1c2733", "#5d6b78", "#8593a0", "#b3261e", "#fafbfc"
OFFICE, STRANGER, PURE, DOOR, PORT = "#dfeaf7", "#e2f1e4", "#fdf3d6", "#ece7f5", "#eef1f4"
WIDE = 600
Point = tuple[int, int]


@dataclass(frozen=True)
class Room:
    """A box: path in the project, what is drawn, place and size in pixels."""

    path: str
    shown: str
    zh: str
    en: str
    x: int
    y: int
    width: int
    height: int
    fill: str

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


ROOMS = (
    Room("api", "api/", "机构的门：xuezheng 命令、HTTP 接口",
         "the institution's doors: command and HTTP", 40, 112, 520, 86, OFFICE),
    Room("verifier", "verifier/", "陌生人：xuezheng-verify、审计",
         "the stranger: check, audit, serve", 640, 112, 260, 86, STRANGER),
    Room("verifier/web", "verifier/web/", "浏览器里的同一套核验",
         "the same checks in TypeScript", 920, 112, 200, 86, STRANGER),
    Room("ledger/office", "office/", "办事流程", "use cases", 64, 306, 156, 82, DOOR),
    Room("ledger/keys", "keys/", "签名密钥", "signers", 240, 306, 156, 82, DOOR),
    Room("ledger/store", "store/", "记录、发件箱、瓦片", "records, outbox, tiles",
         416, 306, 156, 82, DOOR),
    Room("ledger/chain", "chain/", "链：读、发、内嵌链", "read, send, embedded chain",
         592, 306, 180, 82, DOOR),
    Room("ledger/terminal.py", "terminal.py", "两个命令的共同规矩", "also serving.py",
         792, 306, 162, 82, DOOR),
    Room("ledger/memory", "memory/", "全在内存，供测试", "every port, for tests",
         974, 306, 122, 82, DOOR),
    Room("ledger/ports", "ports/", "端口：核心与办事流程向外要什么",
         "what core and use cases need from outside", 64, 440, 1032, 60, PORT),
    Room("ledger/core", "core/", "纯函数：字节、Merkle 树、条目、证书、状态、核验、审计",
         "pure: bytes, Merkle trees, entries, credentials, status, verification, audit",
         64, 544, 1032, 60, PURE),
    Room("ledger/errors.py", "errors.py", "拒绝：固定的码，中英文各一句",
         "refusals: a stable code, a sentence in each language", 64, 648, 1032, 60, PORT),
    Room("contracts", "contracts/", "链记住什么：Council · IssuerRegistry · RecordLog",
         "what the chain remembers (Solidity); compiled artifacts lie in ledger/chain",
         40, 754, 1080, 60, OFFICE),
)  # fmt: skip
ARROWS: tuple[tuple[Point, Point], ...] = (
    ((142, 198), (142, 306)),
    ((318, 198), (318, 306)),
    ((494, 198), (494, 306)),
    ((548, 198), (640, 306)),
    ((692, 198), (692, 306)),
    ((856, 198), (886, 306)),
    ((142, 388), (142, 440)),
    ((318, 388), (318, 440)),
    ((494, 388), (494, 440)),
    ((682, 388), (682, 440)),
    ((873, 388), (873, 440)),
    ((1035, 388), (1035, 440)),
    ((580, 500), (580, 544)),
    ((580, 604), (580, 648)),
)
"""Who imports whom, from the importer down. Not drawn: `api` and `ledger.terminal`, and that
every room may import what lies further down."""
PEOPLE = (("高校 university", 300), ("审计 auditor", 770), ("用人单位 employer", 1020))


def svg() -> str:
    """The whole drawing."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="Noto Sans CJK SC, sans-serif">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<rect x="40" y="258" width="1080" height="472" rx="14" fill="{FRAME}" stroke="{LINE}"/>',
        _text((1096, 288), "ledger/", 18, INK, "end", 700, mono=True),
        *(_text((x, 40), label, 18, INK, weight=600) for label, x in PEOPLE),
        *(_arrow((x, 52), (x, 112)) for _, x in PEOPLE),
        *(_arrow(begin, end) for begin, end in ARROWS),
        *(_room(room) for room in ROOMS),
        *_never(),
    ]
    return "\n".join(parts) + "\n</svg>\n"


def _room(room: Room) -> str:
    box = (
        f'<rect x="{room.x}" y="{room.y}" width="{room.width}" height="{room.height}" rx="9" '
        f'fill="{room.fill}" stroke="{LINE}"/>'
    )
    return box + (_across(room) if room.width > WIDE else _stacked(room))


def _stacked(room: Room) -> str:
    x, y = room.middle, room.y
    return (
        _text((x, y + 28), room.shown, 17, INK, weight=700, mono=True)
        + _text((x, y + 53), room.zh, 14, INK)
        + _text((x, y + 73), room.en, 12, GREY)
    )


def _across(room: Room) -> str:
    y = room.y + room.height // 2
    return (
        _text((room.x + 20, y + 6), room.shown, 17, INK, "start", 700, mono=True)
        + _text((240, y - 4), room.zh, 15, INK, "start")
        + _text((240, y + 17), room.en, 13, GREY, "start")
    )


def _never() -> list[str]:
    """The two prohibitions that matter most, in red."""
    dashed = f'fill="none" stroke="{RED}" stroke-width="2" stroke-dasharray="6 5"'
    return [
        f'<path d="M560 155H640" {dashed}/>',
        _text((600, 148), "✕", 20, RED, weight=700),
        f'<path d="M664 198C640 246 470 216 372 306" {dashed}/>',
        _text((584, 239), "✕", 20, RED, weight=700),
        _text((334, 216), "核验方碰不到", 13, RED, "start", 600),
        _text((334, 234), "签名、存储与发送", 13, RED, "start", 600),
        _text((334, 251), "never reachable", 12, RED, "start"),
    ]


def _arrow(begin: Point, end: Point) -> str:
    return (
        f'<path d="M{begin[0]} {begin[1]}L{end[0]} {end[1]}" stroke="{LINE}" '
        'stroke-width="1.6" fill="none" marker-end="url(#tip)"/>'
    )


def _text(
    place: Point, words: str, size: int, colour: str, anchor: str = "middle",
    weight: int = 400, mono: bool = False,
) -> str:  # fmt: skip
    family = ' font-family="DejaVu Sans Mono, monospace"' if mono else ""
    return (
        f'<text x="{place[0]}" y="{place[1]}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}" font-weight="{weight}"{family}>{escape(words)}</text>'
    )
