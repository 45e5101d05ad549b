"""The pictures of the documents, made again from a real run: `python -m scripts.pictures`.

Two universities and the education authority found a council on an embedded chain (as in the demo);
one university issues degrees; then

  certificate.png   page 1 of a PDF that `xuezheng issue` wrote
  verdict.png       the verifier page on a phone's width, in headless Chromium: a valid certificate,
                    its checks, and the same QR link with every node and the issuer switched off
  rooms.svg, .png   the rooms and who may import whom

Keys are new each time, so the pictures differ in codes and fingerprints from run to run.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from scripts import demo as job
from scripts import demo_data
from scripts.demo_stage import Demo, Party, free_ports
from scripts.pictures_rooms import HEIGHT, WIDTH, svg
from scripts.setup.system import BROWSERS

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SHOWN = "D2026-0002"
PAGE_WIDTH = 1400
PHONE: ViewportSize = {"width": 390, "height": 844}
SCALE, MARGIN = 2, 8
GAP, GROUND = 36, "#d9dee3"
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> int:
    """Writes all pictures; 1 where there is no Chromium."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        print("没有 Chromium / Chromium is needed", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        rooms(browser)
        with founded() as (demo, north):
            certificate(job.out(demo, north) / f"{SHOWN}.pdf")
            verdicts(browser, demo)
        browser.close()
    return 0


@contextmanager
def founded() -> Iterator[tuple[Demo, Party]]:
    """A council of three, certificates of one university, anchored; its servers are running."""
    with tempfile.TemporaryDirectory(prefix="xuezheng-pictures-") as folder:
        demo = Demo(Path(folder), free_ports(5))
        authority, north, south = parties = job.parties(demo.ports)
        try:
            job.found(demo, authority, (north, south))
            job.issue(demo, north, demo_data.degree_roster(), "degrees.csv", "degree")
            job.anchor(demo, north)
            for party in parties:
                job.serve(demo, party)
            job.trust(demo, parties)
            yield demo, north
        finally:
            demo.stop()


def certificate(pdf: Path) -> None:
    """The first page, as a viewer draws it."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=PAGE_WIDTH / page.get_width()).to_pil()
    document.close()
    save(picture, "certificate.png")


def verdicts(browser: Browser, demo: Demo) -> None:
    """Valid, and beside it the very same link when nobody can be asked."""
    _, north, _ = job.parties(demo.ports)
    link = job.qr_texts(job.out(demo, north))[SHOWN]
    demo.start("verifier", "xuezheng-verify", "serve", "--trust", demo.trust,
               "--port", demo.ports[4])  # fmt: skip
    valid = scanned(browser, link, "valid")
    for label in [label for label in demo.running if label != "verifier"]:
        demo.kill(label)
    unknown = scanned(browser, link, "undetermined")
    top, checks = split(*valid)
    save(beside([top, checks, unknown[0].crop((0, 0, top.width, checks.height))]), "verdict.png")


def split(page: Image.Image, begin: int, end: int) -> tuple[Image.Image, Image.Image]:
    """What stands above the list of checks, and the list."""
    return page.crop((0, 0, page.width, begin)), page.crop((0, begin, page.width, end))


def beside(panels: list[Image.Image]) -> Image.Image:
    """The panels from left to right on one ground."""
    width = sum(panel.width + GAP for panel in panels) + GAP
    side = Image.new("RGB", (width, max(panel.height for panel in panels) + 2 * GAP), GROUND)
    left = GAP
    for panel in panels:
        side.paste(panel, (left, GAP))
        left += panel.width + GAP
    return side


def scanned(browser: Browser, link: str, word: str) -> tuple[Image.Image, int, int]:
    """The page that a phone's camera opens, which must say `word`; where its list of checks
    begins and ends, in pixels."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=SCALE, locale="zh-CN")
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector(f'[data-verdict="{word}"]', timeout=60_000)
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    place = page.locator("details.card:has([data-check])").last.bounding_box()
    context.close()
    assert place is not None
    begin, end = place["y"] - MARGIN, place["y"] + place["height"] + MARGIN
    return whole, int(begin * SCALE), int(end * SCALE)


def rooms(browser: Browser) -> None:
    """The drawing, and a copy in pixels for readers without the fonts."""
    drawing = svg()
    (PICTURES / "rooms.svg").write_text(drawing, encoding="utf-8")
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.set_content(f"<style>body{{margin:0}}</style>{drawing}")
    save(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), "rooms.png")
    page.close()


def save(picture: Image.Image, name: str) -> None:
    """As a PNG of 128 colours: a page of print needs no more and stays small."""
    palette = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    palette.save(PICTURES / name, optimize=True)
    print(f"{name}  {picture.width}×{picture.height}  {(PICTURES / name).stat().st_size:,} B")


if __name__ == "__main__":
    sys.exit(main())
