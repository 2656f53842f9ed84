"""Draw the demo's pictures: plans of networks, and windows as a screenshot shows them.

net:  Internet 500/500 > FortiGate 60F > core switch > 40 desks | 6 access points
shot: Reset password: New password sent | The user must change it / OK, Cancel
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache

from PIL import Image, ImageDraw, ImageFont

WIDTH, GAP, PAD, LINE = 640, 34, 24, 22
PAPER, INK, SOFT, ACCENT = "#ffffff", "#1f2933", "#9aa5b1", "#b45309"
FILLS = ("#fef3c7", "#e0f2fe", "#dcfce7", "#f3e8ff", "#fee2e2")
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw(kind: str, text: str) -> bytes:
    """Return the PNG of a picture; the same text gives the same bytes."""
    image = _network(text) if kind == "net" else _window(text)
    made = io.BytesIO()
    image.quantize(32, dither=Image.Dither.NONE).save(made, "PNG", compress_level=6)
    return made.getvalue()


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


def _network(text: str) -> Image.Image:
    """Draw rows of boxes; a box hangs on the middle of the row above, or alone on each of it."""
    rows = [[box.strip() for box in row.split("|")] for row in text.split(">")]
    tall = 2 * LINE + 12
    image = Image.new("RGB", (WIDTH, 2 * PAD + len(rows) * tall + (len(rows) - 1) * GAP), PAPER)
    pen = ImageDraw.Draw(image)
    joints: list[tuple[float, float]] = []
    for number, row in enumerate(rows):
        top = PAD + number * (tall + GAP)
        wide = (WIDTH - 2 * PAD - (len(row) - 1) * 12) / len(row)
        wide = min(wide, 300)
        left = (WIDTH - len(row) * wide - (len(row) - 1) * 12) / 2
        if len(row) > 1 and joints:
            joints = [(WIDTH / 2, joints[0][1])]
        for place, box in enumerate(row):
            x = left + place * (wide + 12)
            for joint in joints:
                _join(pen, joint, (x + wide / 2, top))
            fill = FILLS[number % len(FILLS)]
            pen.rounded_rectangle((x, top, x + wide, top + tall), 8, fill, INK, 2)
            _middle(pen, box, (x, top, x + wide, top + tall))
        joints = [(left + place * (wide + 12) + wide / 2, top + tall) for place in range(len(row))]
    return image


def _join(pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float]) -> None:
    half = (start[1] + end[1]) / 2
    pen.line([start, (start[0], half), (end[0], half), end], fill=SOFT, width=2)


def _middle(pen: ImageDraw.ImageDraw, text: str, box: tuple[float, float, float, float]) -> None:
    lines = list(_wrapped(text, box[2] - box[0] - 10, _font(14)))[:2]
    y = (box[1] + box[3]) / 2 - len(lines) * LINE / 2 + 2
    for line in lines:
        x = (box[0] + box[2] - _font(14).getlength(line)) / 2
        pen.text((x, y), line, fill=INK, font=_font(14))
        y += LINE


def _wrapped(text: str, wide: float, font: Font) -> Iterable[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > wide:
            yield line
            longer = word
        line = longer
    yield line


def _window(text: str) -> Image.Image:
    """Draw a window: its title, lines of text, and buttons, the first one the default."""
    title, _, rest = text.partition(": ")
    body, _, buttons = rest.partition(" / ")
    lines = [line.strip() for line in body.split("|")]
    tall = 40 + 2 * PAD + len(lines) * 26 + 56
    image = Image.new("RGB", (520, tall), "#e4e7eb")
    pen = ImageDraw.Draw(image)
    pen.rectangle((8, 8, 512, tall - 8), PAPER, SOFT)
    pen.rectangle((9, 9, 511, 40), INK)
    pen.text((20, 15), title, fill=PAPER, font=_font(15))
    pen.text((490, 13), "x", fill=PAPER, font=_font(16))
    for number, line in enumerate(lines):
        pen.text((24, 58 + number * 26), line, fill=INK, font=_font(15))
    right = 496.0
    for place, label in enumerate(reversed([each.strip() for each in buttons.split(",")])):
        wide = _font(14).getlength(label) + 36
        first = place == buttons.count(",")
        pen.rounded_rectangle(
            (right - wide, tall - 52, right, tall - 22), 5, ACCENT if first else PAPER, INK
        )
        pen.text(
            (right - wide + 18, tall - 46), label, fill=PAPER if first else INK, font=_font(14)
        )
        right -= wide + 12
    return image
