"""``manage.py examine``: this service's own part of ``hm doctor``, a JSON object a line."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from hm_auth.service.examination import findings


class Command(BaseCommand):
    help = "Says how this service is, for hm doctor: a JSON object a line."
    requires_system_checks: list[str] = []  # they are part of what it says

    def handle(self, *_args: Any, **_options: Any) -> None:
        for finding in findings():
            self.stdout.write(json.dumps({**asdict(finding), "level": int(finding.level)}))
