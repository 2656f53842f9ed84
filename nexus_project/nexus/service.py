"""The facts of Nexus that its settings, main.py and init_db.py share. Imports no Django."""

from __future__ import annotations

from pathlib import Path

from hm_auth.service import Service, Timer
from hm_auth.service.options import Option, between

SERVICE = Service(
    name="nexus",
    title="Nexus",
    description="Who people are, and the directory of companies and contacts.",
    icon="hexagon",
    port=5000,
    directory=Path(__file__).resolve().parent.parent,
    is_module=False,
    timers=(Timer("prune_signins", "*-*-* 03:10"), Timer("rotate_signing_key", "monthly")),
    options=(
        Option(
            "SIGN_IN_HOURS",
            int,
            24,
            "How long a sign-in lasts, however often refreshed.",
            between(1, 24 * 90),
        ),
        Option(
            "ACCESS_TOKEN_SECONDS", int, 600, "How long an access token lasts.", between(30, 3600)
        ),
        Option("ALLOW_DIRECT_CLIENT", bool, True, "Let scripts ask for tokens without a module."),
    ),
)
