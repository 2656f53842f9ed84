"""Where files of articles lie: a folder, or a bucket of S3 or what speaks like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hm_auth.service.config import Config

_IN_MEMORY = 1024 * 1024  # bytes of a file; the rest waits in a temporary one


def attachments(config: Config) -> dict[str, Any]:
    """Return the storage "attachments" as ``STORAGES`` takes it.

    Neither is reachable from outside: every file goes through its view, which knows who may read.
    """
    bucket = config["ATTACHMENTS_BUCKET"]
    if bucket:
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3(config, bucket)}
    folder = config["ATTACHMENTS_DIR"] or Path(config.path).parent / "archive-attachments"
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder, "base_url": None},
    }


def _s3(config: Config, bucket: str) -> dict[str, Any]:
    return {
        "bucket_name": bucket,
        "endpoint_url": config["S3_URL"] or None,
        "region_name": config["S3_REGION"],
        # Empty: boto3 looks where it does, such as the role of the machine.
        "access_key": config["S3_KEY_ID"] or None,
        "secret_key": config["S3_SECRET"] or None,
        "default_acl": None,
        "max_memory_size": _IN_MEMORY,
        # Path-style names need no DNS entry for each bucket, which MinIO and others lack.
        "addressing_style": "path" if config["S3_URL"] else "auto",
    }
