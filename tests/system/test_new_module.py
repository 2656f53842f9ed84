"""A module that ``./hm new-module`` has just written runs beside the others: its own system test.

``conftest`` wrote it. This runs the text that it would have in ``tests/system`` of this repository.
"""

from __future__ import annotations

from deploy.local.module_facts import Facts
from deploy.local.new_module import SYSTEM_TEST, TEMPLATE
from deploy.local.services import BY_NAME

NEWCOMER = BY_NAME["newcomer"]
FACTS = Facts(NEWCOMER.name, NEWCOMER.title, NEWCOMER.icon, NEWCOMER.port)
SOURCE = TEMPLATE / SYSTEM_TEST

exec(compile(FACTS.fill(SOURCE.read_text()), SOURCE, "exec"))
