"""The answer that holds a file: harmless whatever the bytes are, in parts, or "not modified"."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from archive.attachments import storing
from archive.attachments.models import Attachment
from archive.attachments.rules.ranges import Span, Unsatisfiable, wanted

# Should a browser render it after all: without scripts, forms, and an origin of its own.
INERT = "default-src 'none'; style-src 'none'; sandbox"


def file_answer(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """Return the bytes of ``attachment``: pictures shown, all else as a download."""
    return _answer(
        request, path=storing.path_of(attachment.digest), size=attachment.size,
        etag=f'"{attachment.digest}"', media_type=attachment.media_type,
        disposition=content_disposition_header(not attachment.is_picture, attachment.name),
    )  # fmt: skip


def thumbnail_answer(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """Return the small picture of ``attachment``, which is one."""
    path = storing.thumbnail_path(attachment.digest)
    return _answer(
        request, path=path, size=storing.storage().size(path), etag=f'"{attachment.digest}-small"',
        media_type="image/webp", disposition="inline",
    )  # fmt: skip


def _answer(
    request: HttpRequest, *, path: str, size: int, etag: str, media_type: str,
    disposition: str | None,
) -> HttpResponseBase:  # fmt: skip
    fixed = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # asked for again each time: readers change
        "Content-Security-Policy": INERT,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        for name, value in fixed.items():  # a browser takes over the headers of a 304
            known[name] = value
        return known
    try:
        span = _span(request, size, etag)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={**fixed, "Content-Range": f"bytes */{size}"})
    shown = span or Span(0, size)
    headers = {
        **fixed,
        "Content-Type": media_type,
        "Content-Length": str(shown.stop - shown.start),
        "Content-Disposition": disposition or "attachment",
    }
    if span:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    status = 206 if span else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    content = storing.part(path, shown.start, shown.stop)
    return StreamingHttpResponse(content, status=status, headers=headers)


def _span(request: HttpRequest, size: int, etag: str) -> Span | None:
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header or request.headers.get("If-Range", etag) != etag:
        return None
    return wanted(header, size)
