"""Looking at pictures with Pillow, which decides what is one, whatever its name says."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from archive.attachments.rules.kinds import RASTER

MOST_PIXELS = 40_000_000  # a file of 1 MB may say it is larger than the memory
THUMBNAIL = (320, 320)
# What Pillow raises for files that are broken, cut off or made to harm.
BROKEN = (
    UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning,
    OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, KeyError, OverflowError,
    ArithmeticError, AttributeError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was decoded: its media type, its size in pixels, a small WebP of it."""

    media_type: str
    width: int
    height: int
    thumbnail: bytes


def look_at(file: IO[bytes]) -> Picture | None:
    """Return what the picture is, or None: no picture of the kinds shown, broken or too large.

    The size is read before anything is decoded. Of moving pictures the first frame counts.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=tuple(RASTER)) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    return None
                kind = RASTER[image.format or ""]
                image.draft("RGB", THUMBNAIL)  # a JPEG is then decoded at a fraction of its size
                small = ImageOps.exif_transpose(image)
                small.thumbnail(THUMBNAIL)
                made = io.BytesIO()
                small.convert("RGBA").save(made, "WEBP", quality=80)
    except BROKEN:
        return None
    return Picture(kind, width, height, made.getvalue())
