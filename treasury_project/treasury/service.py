"""The facts of Treasury that its settings, main.py and init_db.py share. Imports no Django."""

from __future__ import annotations

from pathlib import Path

from hm_auth.service import Service, Timer
from hm_auth.service.options import Option

SERVICE = Service(
    name="treasury",
    title="Treasury",
    description="What each client owes, why, and whether it was paid.",
    icon="landmark",
    port=5001,
    options=(
        Option(
            "WEBHOOKS_PRIVATE",
            bool,
            False,
            "Let webhooks reach addresses in your own network, plain http too.",
        ),
    ),
    has_worker=True,
    timers=(
        Timer("renew_agreements", "*-*-* 02:10"),
        Timer("run_billing", "*-*-* 02:30"),
        Timer("notice_overdue", "*-*-* 06:00"),
        Timer("send_queued", "minutely"),
        Timer("deliver_webhooks", "minutely"),
    ),
    directory=Path(__file__).resolve().parent.parent,
)
