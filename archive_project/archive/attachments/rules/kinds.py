"""What a file is called and served as; pure Python."""

from __future__ import annotations

import re
import unicodedata

# Only these are shown by the browser, and only after Pillow has read them: no SVG, no HTML, no PDF.
RASTER = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
# What a download may call itself; all else is just bytes.
DOWNLOADS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "txt": "text/plain",
    "zip": "application/zip",
}
BYTES = "application/octet-stream"
READABLE = ("pdf", "docx", "xlsx", "csv", "txt", "md", "log")
LONGEST_NAME = 150
_SLASHES = re.compile(r"[/\\]")


def ending(name: str) -> str:
    """Return what stands behind the last dot, in small letters; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def clean_name(name: str) -> str:
    """Return ``name`` without folders, control and direction characters, at most 150 long.

    Direction characters let ``exe.fdp`` look like ``pdf.exe``. Long names keep their ending.
    """
    last = _SLASHES.split(name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    kept = " ".join(kept.split()).strip(". ") or "file"
    if len(kept) > LONGEST_NAME:
        suffix = f".{ending(kept)}" if 0 < len(ending(kept)) <= 10 else ""
        kept = kept[: LONGEST_NAME - len(suffix)] + suffix
    return kept


def markdown(name: str, address: str, *, picture: bool) -> str:
    """Return what puts the file into a text; signs of Markdown in ``name`` lose their meaning."""
    words = re.sub(r"([\\\[\]`*_<>!#|~&:@])", r"\\\1", name)
    return f"{'!' if picture else ''}[{words}]({address})"
