"""The conf file holds any value, is written for its owner alone and never loses what was there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hm_auth.service import conf_file

NASTY = [
    "%40p@ss#w0rd",
    "$HOME",
    "$$",
    r"back\slash\n",
    "\\",
    '"quoted"',
    "'single'",
    "'",
    '"',
    'it\'s "both"',
    "  blanks around  ",
    "\ttab",
    "# no comment",
    "a # b",
    "=",
    "a=b=c",
    "",
    "two\nlines",
    "carriage\rreturn\r\n",
    "form\x0cfeed \x1c\x85\u2028\u2029",
    "\ufeffbom",
    "\x00",
    "пароль 密码 كلمة",
    "\udcff",  # a byte of the environment that is not UTF-8
    "\u00a0no-break blank\u00a0",
    '{"json": true}',
    "export X=1",
]


@pytest.mark.parametrize("value", NASTY)
def test_any_value_comes_back_as_it_was(value: str, tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    conf_file.add_missing(path, {"DB_PASSWORD": value, "AFTER": "1"}, {})
    assert conf_file.read(path) == {"DB_PASSWORD": value, "AFTER": "1"}


@given(st.text())
@example("x\n")
def test_every_text_comes_back_as_it_was(value: str) -> None:
    text = f"FIRST=1\nKEY={conf_file.quote(value)}\nLAST=2\n"
    assert conf_file.parse(text) == {"FIRST": "1", "KEY": value, "LAST": "2"}


@given(st.text(alphabet="'\"\\ #$%@=\n\r\t\x0b\x85\u2028ab"))
def test_every_mixture_of_marks_comes_back_as_it_was(value: str) -> None:
    assert conf_file.parse(f"KEY={conf_file.quote(value)}\n") == {"KEY": value}


@pytest.mark.parametrize("value", ["secret", "a b", "50%@#$x", "C:\\dir", "it's", "密码"])
def test_an_ordinary_value_is_written_as_a_person_would(value: str) -> None:
    assert conf_file.quote(value) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=plain", "plain"),
        ("KEY = plain ", "plain"),
        ("  KEY=plain", "plain"),
        ("KEY=' kept '", " kept "),
        ("KEY='no \\n escape'", "no \\n escape"),
        ("KEY='it's'", "it's"),
        ('KEY="line\\nbreak"', "line\nbreak"),
        ("KEY=$OTHER", "$OTHER"),
        ("KEY=a#b", "a#b"),
        ("KEY=a #b", "a #b"),
        ("KEY=", ""),
        ("KEY=''", ""),
        ("KEY=windows\r", "windows"),
    ],
)
def test_a_line_written_by_hand_means_what_it_looks_like(line: str, value: str) -> None:
    assert conf_file.parse(f"# comment\n\n  # another\n{line}\n") == {"KEY": value}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("KEY=a\nhunter2\n", "line 2 is not KEY=value"),
        ("export KEY=hunter2", "line 1 is not KEY=value"),
        ("key=hunter2", "line 1 is not KEY=value"),
        ("[section]", "line 1 is not KEY=value"),
        ("KEY=hunter2\nKEY=hunter2", "line 2 sets KEY a second time"),
        ("KEY='hunter2", "single quote at the start of KEY is never closed"),
        ("KEY='", "never closed"),
        ('KEY="hunter2', "KEY is not valid in double quotes"),
        ('KEY="hunter2\\d"', "KEY is not valid in double quotes"),
        ('KEY="hunter2" x', "KEY is not valid in double quotes"),
    ],
)
def test_a_broken_line_is_named_without_showing_it(text: str, complaint: str) -> None:
    with pytest.raises(conf_file.ConfFileError, match=complaint) as caught:
        conf_file.parse(text, "nexus.conf")
    assert "nexus.conf" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_value_that_is_there_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    before = "# mine\nDB_NAME=old\n\n# why\nDB_PASSWORD=\nLAST=no line end"
    path.write_text(before)
    added = conf_file.add_missing(path, {"DB_NAME": "new", "DB_PASSWORD": "p", "PORT": "1"}, {})
    assert added == ["PORT"]
    assert path.read_text() == before + "\nPORT=1\n"


def test_nothing_is_written_when_nothing_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    path.write_text("A=1\n")
    inode = path.stat().st_ino
    assert conf_file.add_missing(path, {"A": "2"}, {}) == []
    assert path.stat().st_ino == inode


def test_only_the_owner_can_read_the_file_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.conf"
    before = os.umask(0)
    try:
        conf_file.add_missing(path, {"A": "1"}, {})
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_readable_file_is_closed_to_others_when_a_secret_is_added(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    path.write_text("A=1\n")
    path.chmod(0o644)
    conf_file.add_missing(path, {"CLIENT_SECRET": "s"}, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "etc.conf"
    real.write_text("A=1\n")
    link = tmp_path / "x.conf"
    link.symlink_to(real)
    conf_file.add_missing(link, {"B": "2"}, {})
    assert link.is_symlink()
    assert conf_file.read(real) == {"A": "1", "B": "2"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_leaves_the_file_to_the_user_who_owns_it(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    path.write_text("A=1\n")
    os.chown(path, 65534, 65534)
    conf_file.add_missing(path, {"B": "2"}, {})
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.conf"
    path.write_text("A=1\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(conf_file.ConfFileError, match="cannot be written: No space left"):
        conf_file.add_missing(path, {"B": "2"}, {})
    assert path.read_text() == "A=1\n"
    assert list(tmp_path.iterdir()) == [path]
