"""The line a test run ends in says what happened, also when pytest broke off."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deploy.local import suites
from deploy.local.tally import Tally, of_pytest


@pytest.fixture
def count(tmp_path):
    """Run pytest on a test file and count what it says."""

    def run(source: str) -> Tally:
        (tmp_path / "test_it.py").write_text(source)
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        report = tmp_path / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:django",
        ]
        command += [f"--rootdir={tmp_path}", f"--junit-xml={report}", str(tmp_path)]
        done = subprocess.run(command, check=False, capture_output=True, cwd=tmp_path)
        return of_pytest(report, done.returncode)

    return run


def test_passed_failed_and_skipped_are_counted(count):
    source = """
import pytest
def test_a(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_b(n): pass
def test_c(): assert False
@pytest.mark.skip
def test_d(): pass
"""
    tally = count(source)
    assert tally == Tally(passed=3, failed=1, skipped=1)
    assert str(tally) == "3 passed, 1 failed, 1 skipped"
    assert not tally.is_good


def test_a_test_whose_teardown_fails_counts_once_and_as_failed(count):
    source = """
import pytest
@pytest.fixture
def thing():
    yield
    raise RuntimeError
def test_a(thing): assert False
def test_b(thing): pass
"""
    assert count(source) == Tally(failed=2)


def test_a_file_that_cannot_be_read_is_a_failure(count):
    assert count("import nothing_of_this_name").failed == 1


def test_a_suite_without_tests_is_a_failure(count):
    assert count("") == Tally(failed=1)


def test_a_pytest_that_died_without_a_report_is_a_failure(tmp_path):
    assert of_pytest(tmp_path / "none.xml", 3) == Tally(failed=1)


def test_the_summary_leaves_skipped_out_when_there_are_none():
    assert str(Tally(2) + Tally(passed=1)) == "3 passed, 0 failed"


def test_a_new_folder_of_tests_is_a_suite_without_being_listed(tmp_path, monkeypatch):
    for name in ("system", "nexus", "billing_rules", "local"):
        (tmp_path / "tests" / name).mkdir(parents=True)
        (tmp_path / "tests" / name / "pytest.ini").touch()
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    assert suites.names() == ["local", "billing_rules", "nexus", "system"]
