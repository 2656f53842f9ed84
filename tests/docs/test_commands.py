"""Every command is run by a test (tests/system/test_written_examples.py), or says why not, and then
what it names is there: the command, its options, its files."""

from __future__ import annotations

import ast
import functools
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import suites
from deploy.local.paths import ROOT
from deploy.local.services import SERVICES
from tests.docs.pages import DATA, EXECUTED, NOT_RUN, PAGES, RUN, Block, blocks, inline, read

# Of Django and its packages.
FOREIGN = {"check", "db_worker", "makemigrations"}
EXAMPLE = {"helpdesk", "name"}  # the module the reader makes
LINE_GOES_ON = re.compile(r"\\\n\s*")
COMMENT = re.compile(r"\s# .*")


def code(page: str) -> list[str]:
    """Return each command line of a page and each piece of code inside its sentences."""
    lines = [
        line
        for block in blocks(page)
        if block.kind.startswith("sh")
        for line in COMMENT.sub("", LINE_GOES_ON.sub(" ", block.text)).splitlines()
    ]
    return lines + [token.content for token in inline(page) if token.type == "code_inline"]


EVERYTHING = [(page, line) for page in PAGES for line in code(page)]


def test_every_block_is_run_by_a_test_or_says_that_it_is_not():
    unknown = {
        block.place: block.kind
        for page in PAGES
        for block in blocks(page)
        if block.kind not in (RUN if page in EXECUTED else set()) | NOT_RUN | DATA
    }
    assert unknown == {}, f"the kinds are {sorted(RUN | NOT_RUN | DATA)}; see CONTRIBUTING.md"


def test_a_block_without_a_kind_holds_no_command():
    commands = re.compile(r"(?m)^\s*([$#] |sudo |pip |curl |python3? |(\./)?hm [a-z]|\.venv/)")
    hidden = [
        block.place
        for page in PAGES
        for block in blocks(page)
        if block.kind in DATA and commands.search(block.text)
    ]
    assert hidden == []


@functools.cache
def help_of(command: str) -> str:
    """Return what a command says of its options; the source of one that reads them itself."""
    module = command.replace("-", "_")
    folder = "keeping" if (ROOT / f"deploy/keeping/{module}.py").exists() else "local"
    source = read(f"deploy/{folder}/{module}.py")
    if "argparse" not in source:
        return source
    asked = [sys.executable, "-m", f"deploy.{folder}.{module}", "--help"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_command_of_hm_takes_what_is_written():
    known = runpy.run_path(str(ROOT / "hm"))["COMMANDS"]
    seen = set()
    for page, line in EVERYTHING:
        for command, rest in re.findall(r"(?:^|[\s`/])hm ([a-z][a-z-]*)([^`|&]*)", f" {line}"):
            seen.add(command)
            assert command in known, (page, line)
            for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", rest):
                assert option in help_of(command), (page, line, option)
            if command == "test":
                named = {word for word in rest.split() if re.fullmatch("[a-z_]+", word)}
                assert named <= {"lint", *suites.names(), *EXAMPLE}, (page, line)
    assert seen == set(known), "a command nobody reads of"


def test_every_management_command_is_there():
    found = {path.stem for path in ROOT.glob("*/**/management/commands/*.py")} | FOREIGN
    seen = set()
    for page, line in EVERYTHING:
        named = re.findall(r"(?:manage\.py|hivematrix-manage [a-z]+) ([a-z_]+)", line)
        assert set(named) <= found, (page, line)
        seen.update(named)
    assert len(seen) > 15
    timed = {timer.command for service in SERVICES for timer in service.timers}
    text = "".join(read(page) for page in PAGES)
    assert {name for name in timed if name not in text} == set(), "a timer nobody reads of"


def test_every_file_in_a_command_is_there():
    names = re.compile(r"(?<![\w/.-])((?:deploy|docs|tests|bench|nexus_project)/[\w/.-]*\w)")
    seen = 0
    for page, line in EVERYTHING:
        for name in names.findall(line):
            seen += 1
            is_made = "/instance/" in name or "helpdesk" in name or "<name>" in line
            assert (ROOT / name).exists() or is_made, (page, line)
    assert seen > 30


def test_the_options_of_the_installer_are_its_own():
    usage = subprocess.run(
        [ROOT / "deploy/install.sh", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for page, line in EVERYTHING:
        if "install.sh" in line:
            for option in re.findall(r"(?<!\S)--[a-z-]+", line.partition("install.sh")[2]):
                assert option in usage, (page, line)


PYTHON = [block for page in PAGES for block in blocks(page) if block.kind.startswith("python")]


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.place)
def test_python_can_be_read_and_imports_what_there_is(block: Block):
    for node in ast.walk(ast.parse(block.text)):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        top, *_ = node.module.split(".")
        folder = ROOT if top == "hm_auth" else ROOT / f"{top}_project"
        if folder.exists():  # else it is not ours
            for alias in node.names:
                assert is_there(folder / node.module.replace(".", "/"), alias.name), alias.name


def is_there(module: Path, name: str) -> bool:
    """Tell whether a module or package of ours has a part or a name that can be imported."""
    source = module.with_suffix(".py")
    text = (source if source.exists() else module / "__init__.py").read_text(encoding="utf-8")
    made = rf"(?m)^(def|class) {name}\b|^{name}\b|^(from|import) .*\b{name}\b|^    {name},$"
    return (module / f"{name}.py").exists() or re.search(made, text) is not None
