"""What a new module may be called, and that nothing of yours is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import module_facts, new_module
from deploy.local.console import Problem
from deploy.local.module_facts import Facts
from deploy.local.paths import ROOT
from deploy.local.services import SERVICES

GOOD = {
    "name": "newcomer",
    "title": "New comer",
    "icon": "life-buoy",
    "port": module_facts.free_port(),
}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "Helpdesk"}, "small letters and digits"),
        ({"name": "help_desk"}, "small letters and digits"),
        ({"name": "help/desk"}, "small letters and digits"),
        ({"name": "2fast"}, "a letter first"),
        ({"name": "a" * 21}, "2 to 20"),
        ({"name": "nexus"}, "There is a module nexus already"),
        ({"name": "email"}, "taken by Python"),
        ({"name": "lambda"}, "taken by Python"),
        ({"name": "postgres"}, "taken by Python or by HiveMatrix"),
        ({"name": "django"}, "taken by a package"),
        ({"name": "tests"}, "taken by a package or folder"),
        ({"port": 5001}, r"Port 5001 is Treasury's; \d+ is free"),
        ({"port": 80}, "from 1024 to 65535"),
        ({"title": 'Desk"; import os'}, "letters, digits, blanks and hyphens"),
        ({"title": "{{ x }}"}, "letters, digits, blanks and hyphens"),
        ({"title": "x" * 31}, "30 at most"),
        ({"icon": "no-such-icon"}, "There is no icon no-such-icon"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(wrong, sentence):
    with pytest.raises(Problem, match=sentence):
        module_facts.check(Facts(**{**GOOD, **wrong}))


def test_people_may_write_their_titles_in_their_language():
    module_facts.check(Facts(**{**GOOD, "title": "Übergaben-Büro 2"}))


def test_the_port_that_is_offered_is_nobodys():
    assert module_facts.free_port() not in {service.port for service in SERVICES}


@pytest.mark.parametrize("url", ["hivematrix", "https://git.example/a b", "https://git.example/#x"])
def test_what_is_no_git_url_is_refused(url):
    with pytest.raises(Problem, match="is no git URL"):
        module_facts.git_url(url)


def test_nothing_is_overwritten_and_nothing_is_half_written(tmp_path: Path):
    mine = tmp_path / "newcomer_project/README.md"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(Problem, match=r"README.md is there already; nothing was written"):
        new_module.write(Facts(**GOOD), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "mine"


def test_nothing_of_the_template_is_left_in_a_module(tmp_path: Path):
    for path in new_module.write(Facts(**GOOD), tmp_path, hm_auth_url="git+https://git.example/x"):
        assert "sample" not in str(path.relative_to(tmp_path)).lower()
        words = path.read_text().lower().replace("tests/requirements.in", "")
        assert "sample" not in words, path
        assert "5099" not in path.read_text() or path.name == "requirements.txt", path
        assert "module_template" not in words, path
        assert str(ROOT) not in path.read_text(), path
