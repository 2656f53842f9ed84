"""A module that ``./hm new-module`` has just written runs beside the others: its own system test.

``conftest`` wrote it. This runs the text that it would have in ``tests/system`` of this repository.
"""

from __future__ import annotations

from deploy.local.module_facts import Facts
from deploy.local.new_module import SYSTEM_TEST, TEMPLATE
from deploy.local.services import BY_NAME

HELPDESK = BY_NAME["helpdesk"]
FACTS = Facts(HELPDESK.name, HELPDESK.title, HELPDESK.icon, HELPDESK.port)
SOURCE = TEMPLATE / SYSTEM_TEST

exec(compile(FACTS.fill(SOURCE.read_text()), SOURCE, "exec"))
