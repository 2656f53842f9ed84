"""A module in a copy of this repository: found, tested and held to the rules without a list."""

from __future__ import annotations

import re

SUITE = """
from deploy.local import suites
from deploy.local.databases import Server
tally = suites.run("newcomer", Server.from_environment())
raise SystemExit(0 if tally.is_good and tally.passed > 50 else 1)
"""
CONTRACTS = """
import os, pathlib, subprocess, tempfile
from deploy.local import lint
with tempfile.TemporaryDirectory() as folder:
    command = lint.contracts(pathlib.Path(folder))
    done = subprocess.run(command, env=lint.every_service(os.environ))
raise SystemExit(done.returncode)
"""
FOUND = """
from deploy.local import lock, paths, suites
from deploy.local.services import BY_NAME
print(BY_NAME["newcomer"].title, "newcomer" in suites.PORTS, "newcomer" in suites.names())
print("newcomer_project" in lock.LOCKS, "newcomer_project/requirements.txt" in paths.LOCKS["run"])
"""


def test_the_launcher_the_tests_and_the_locks_find_it(newcomer, run):
    assert run("-c", FOUND).stdout.split("\n") == ["New comer True True", "True True", ""]


def test_its_own_tests_pass_at_once(newcomer, run):
    done = run("-c", SUITE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_writing_it_again_is_refused(newcomer, run):
    done = run("-m", "deploy.local.new_module", "newcomer")
    assert (done.returncode, done.stderr) == (1, "There is a module newcomer already.\n")


def test_the_import_contracts_hold_for_it_and_break_when_it_breaks_them(newcomer, run):
    good = run("-c", CONTRACTS)
    assert good.returncode == 0, good.stdout
    rules = newcomer / "newcomer/items/rules.py"
    kept = rules.read_text()
    rules.write_text(kept + "\nimport django.db\nimport treasury.settings\n")
    try:
        broken = set(re.findall(r"(?m)^(.*) BROKEN$", run("-c", CONTRACTS).stdout))
    finally:
        rules.write_text(kept)
    assert {"Services never import each other", "Rules are pure Python"} <= broken


def test_a_module_of_the_longest_name_keeps_to_the_rules_of_the_code(clone, run):
    name, title = "a" * 20, "A title as long as it may be 1"
    assert run("-m", "deploy.local.new_module", name, "--title", title).returncode == 0
    made = [f"{name}_project", f"tests/{name}", f"tests/system/test_{name}.py"]
    for words in (["check"], ["format", "--check"]):
        done = run("-m", "ruff", *words, "--no-cache", *made)
        assert done.returncode == 0, done.stdout
