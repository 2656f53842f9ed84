"""billing_rules stays pure: no floats, no clock, no framework, nothing else of Treasury."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import treasury.billing_rules

FILES = sorted(Path(treasury.billing_rules.__file__).parent.glob("*.py"))
IDS = [path.name for path in FILES]
INEXACT = {"float", "round", "complex"}
CLOCKS = {"today", "now", "utcnow", "fromtimestamp"}
FORBIDDEN_MODULES = {"time", "random", "math", "os", "locale"}


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_no_float_and_no_clock_is_near_money(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id in INEXACT)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCKS, ast.dump(node)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_it_imports_itself_and_the_standard_library_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert not node.level
            names = [str(node.module)]
        for name in names:
            own = name.startswith("treasury.billing_rules")
            assert own or name.partition(".")[0] in sys.stdlib_module_names, name
            assert name not in FORBIDDEN_MODULES


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name
