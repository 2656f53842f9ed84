"""The facts of Archive that its settings, main.py and init_db.py share. Imports no Django."""

from __future__ import annotations

from pathlib import Path

from hm_auth.service import Service, Timer
from hm_auth.service.options import Option, between

SERVICE = Service(
    name="archive",
    title="Archive",
    description="How things are done here, and for each client.",
    icon="book-open",
    port=5003,
    options=(
        Option("MAX_ATTACHMENT_MB", int, 20, "Largest file of an article.", between(1, 4096)),
        Option("ATTACHMENTS_DIR", str, "", "Where files lie; empty: beside the configuration."),
        Option("ATTACHMENTS_BUCKET", str, "", "The S3 bucket where they lie instead."),
        Option("S3_URL", str, "", "Whose S3 it is; empty: Amazon's."),
        Option("S3_REGION", str, "us-east-1", "Where the bucket is."),
        Option("S3_KEY_ID", str, "", "The access key for it."),
        Option("S3_SECRET", str, "", "Its secret."),
        Option(
            "WEBHOOKS_PRIVATE",
            bool,
            False,
            "Let webhooks reach addresses in your own network, plain http too.",
        ),
    ),
    scopes=("directory:read", "users:read"),
    has_worker=True,
    timers=(
        Timer("send_digests", "hourly"),
        Timer("follow_companies", "*-*-* 05:00"),
        Timer("send_expiry_reminders", "*-*-* 05:10"),
        Timer("read_attachments", "*-*-* 05:20"),
        Timer("clean_attachments", "*-*-* 05:40"),
        Timer("announce_expiring", "*-*-* 05:15"),
        Timer("deliver_webhooks", "minutely"),
    ),
    directory=Path(__file__).resolve().parent.parent,
)
