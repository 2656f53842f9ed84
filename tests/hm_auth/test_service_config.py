"""Configuration: environment over file over default, and errors that say what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hm_auth.service import conf_file, config
from hm_auth.service.description import Service
from hm_auth.service.options import Option

Write = Callable[..., Path]
LEAST = {
    "SECRET_KEY": "k",
    "PUBLIC_URL": "https://nexus.example.com",
    "DB_NAME": "nexus",
    "DB_USER": "nexus",
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in [key for key in os.environ if key.startswith("HM_")]:
        monkeypatch.delenv(key)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(
        name="tiny",
        title="Tiny",
        directory=tmp_path,
        port=5099,
        is_module=False,
        options=(Option("COLOURS", list, ("red",)), Option("FAST", bool, False)),
    )


@pytest.fixture
def write(service: Service) -> Write:
    def write(**values: str) -> Path:
        conf_file.add_missing(service.conf_path, {**LEAST, **values}, {})
        return service.conf_path

    return write


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    service: Service, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert write(DB_HOST="file", DB_PORT="6000").exists()
    monkeypatch.setenv("HM_DB_HOST", "environment")
    loaded = service.load()
    assert (loaded["DB_HOST"], loaded["DB_PORT"], loaded["THREADS"]) == ("environment", 6000, 8)


def test_production_is_the_default(service: Service, write: Write) -> None:
    write()
    loaded = service.load()
    assert loaded["DEBUG"] is False
    assert loaded["HOST"] == "127.0.0.1"
    assert loaded["PORT"] == 5099


def test_there_is_no_default_secret(service: Service) -> None:
    conf_file.add_missing(service.conf_path, {"PUBLIC_URL": "http://a"}, {})
    with pytest.raises(config.ConfigError, match=r"SECRET_KEY is not set in .*tiny\.conf"):
        service.load()


def test_an_empty_secret_is_none(service: Service, write: Write) -> None:
    write()
    service.conf_path.write_text(
        service.conf_path.read_text().replace("SECRET_KEY=k", "SECRET_KEY=")
    )
    with pytest.raises(config.ConfigError, match="SECRET_KEY is empty"):
        service.load()


def test_a_missing_file_names_the_command_to_run(service: Service, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match=f"Run: python {tmp_path}/init_db.py"):
        service.load()


def test_an_unknown_key_in_the_file_is_an_error(service: Service, write: Write) -> None:
    write(DB_PASWORD="hunter2")
    with pytest.raises(config.ConfigError, match="unknown setting DB_PASWORD") as caught:
        service.load()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("DEBUG", "true", True),
        ("DEBUG", " ON ", True),
        ("DEBUG", "1", True),
        ("DEBUG", "no", False),
        ("FAST", "0", False),
        ("DB_PORT", " 6543 ", 6543),
        ("COLOURS", "a, b ,,c", ["a", "b", "c"]),
        ("COLOURS", "", []),
        ("DB_PASSWORD", "$DB_USER", "$DB_USER"),
        ("DB_PASSWORD", "a,b", "a,b"),
        ("DB_PASSWORD", " x ", " x "),
        ("PUBLIC_URL", "http://[::1]:5000/", "http://[::1]:5000/"),
        ("TIME_ZONE", "Europe/Berlin", "Europe/Berlin"),
    ],
)
@pytest.mark.parametrize("source", ["file", "environment"])
def test_values_get_their_type(
    service: Service, monkeypatch: pytest.MonkeyPatch, source: str, key: str, text: str, value: Any
) -> None:
    values = {**LEAST, key: text} if source == "file" else LEAST
    conf_file.add_missing(service.conf_path, values, {})
    if source == "environment":
        monkeypatch.setenv(f"HM_{key}", text)
    assert service.load()[key] == value


@pytest.mark.parametrize(
    ("key", "text", "complaint"),
    [
        ("DEBUG", "maybe", "must be true or false"),
        ("DEBUG", "", "must be true or false"),
        ("DB_PORT", "many", "must be a whole number"),
        ("DB_PORT", "1.5", "must be a whole number"),
        ("DB_PORT", "0", "must be between 1 and 65535"),
        ("PORT", "70000", "must be between 1 and 65535"),
        ("THREADS", "-1", "must be between 1 and 256"),
        ("PUBLIC_URL", "nexus.example.com", "must look like https://host"),
        ("PUBLIC_URL", "https://nexus.example.com/nexus", "with nothing behind it"),
        ("PUBLIC_URL", "https://host:port", "must look like"),
        ("PUBLIC_URL", "https://user:pw@host", "must look like"),
        ("PUBLIC_URL", "https://[::1", "must look like"),
        ("TIME_ZONE", "Berlin", "must be a time zone"),
        ("TIME_ZONE", "../../etc/passwd", "must be a time zone"),
        ("LOG_FORMAT", "xml", "must be one of json, text"),
        ("LOG_LEVEL", "info", "must be one of DEBUG"),
    ],
)
@pytest.mark.parametrize("source", ["file", "environment"])
def test_a_wrong_value_is_an_error_that_names_key_and_place(
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    key: str,
    text: str,
    complaint: str,
) -> None:
    values = {**LEAST, key: text} if source == "file" else LEAST
    conf_file.add_missing(service.conf_path, values, {})
    if source == "environment":
        monkeypatch.setenv(f"HM_{key}", text)
    with pytest.raises(config.ConfigError) as caught:
        service.load()
    place = "tiny.conf" if source == "file" else f"environment variable HM_{key}"
    assert f"{key} in" in str(caught.value)
    assert place in str(caught.value)
    assert complaint in str(caught.value)


@given(value=st.text())
def test_any_password_is_loaded_as_it_was_written(
    value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    tiny = Service(name="tiny", title="Tiny", directory=folder, port=5099, is_module=False)
    conf_file.add_missing(tiny.conf_path, {**LEAST, "DB_PASSWORD": value}, {})
    assert tiny.load()["DB_PASSWORD"] == value


def test_the_configuration_does_not_print_its_secrets(service: Service, write: Write) -> None:
    write(DB_PASSWORD="hunter2")
    assert "hunter2" not in repr(service.load())
    assert "hunter2" not in str(service.load())


def test_reading_the_file_puts_no_secret_into_the_environment(
    service: Service, write: Write
) -> None:
    write(DB_PASSWORD="hunter2")
    service.load()
    assert "hunter2" not in os.environ.values()


def test_a_module_cannot_start_without_its_registration(tmp_path: Path) -> None:
    module = Service(name="tiny", title="Tiny", directory=tmp_path, port=5099)
    conf_file.add_missing(
        module.conf_path, {**LEAST, "NEXUS_URL": "http://n", "CLIENT_ID": "t"}, {}
    )
    with pytest.raises(config.ConfigError, match="CLIENT_SECRET is not set"):
        module.load()


def test_the_folder_can_be_elsewhere(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HM_INSTANCE_DIR", str(tmp_path / "etc"))
    assert service.conf_path == tmp_path / "etc" / "tiny.conf"


@pytest.mark.parametrize("content", [b"SECRET_KEY=\xff\n", b"nonsense\n"])
def test_a_file_that_cannot_be_read_is_one_sentence(service: Service, content: bytes) -> None:
    service.conf_path.parent.mkdir()
    service.conf_path.write_bytes(content)
    with pytest.raises(config.ConfigError, match=r"tiny\.conf"):
        service.load()
