"""docs/new-module.md names, for every rule, a test that there is."""

from __future__ import annotations

import re

from deploy.local.new_module import TEMPLATE
from deploy.local.paths import ROOT

TEXT = (ROOT / "docs/new-module.md").read_text()
RULES = [line for line in TEXT.partition("| rule | test |")[2].splitlines() if line.count("|") == 3]


def test_every_rule_has_a_test_that_there_is():
    assert len(RULES) > 20
    for line in RULES:
        named = re.findall(r"`(tests/[^:`]+)::(test_\w+)`", line)
        assert named or "the same" in line or "---" in line, line
        for path, test in named:
            folder = TEMPLATE if "<name>" in path else ROOT
            source = (folder / path.replace("<name>", "sample")).read_text()
            assert f"def {test}(" in source, (path, test)


def test_every_file_it_speaks_of_is_in_the_template():
    names = set(re.findall(r"`(?:helpdesk/)?(?:items/)?(\w+\.py)`", TEXT))
    there = {path.name for path in TEMPLATE.rglob("*.py")}
    assert names - there == set()
    assert len(names) > 4
