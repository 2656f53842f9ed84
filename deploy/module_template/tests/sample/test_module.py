"""The module as a whole: its settings, its migrations, its document, its demo data."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from sample.items.models import Item


def test_the_settings_are_sound():
    """hm_auth's own checks, too: nobody signs in but through Nexus, no capability is misspelt."""
    call_command("check", "--fail-level=WARNING", verbosity=0)


def test_the_document_is_valid_and_complete(tmp_path):
    out = tmp_path / "schema.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", f"--file={out}"
    )
    paths = json.loads(out.read_text())["paths"]
    assert paths["/api/items/{id}/"]["patch"]["responses"].keys() >= {"404", "412", "428"}


def test_no_change_of_a_model_lacks_its_migration(db):
    call_command("makemigrations", "--check", "--dry-run", "items", verbosity=0)


def test_the_demo_data_is_loaded_once_and_only_in_the_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("load_demo")
    settings.DEMO = True
    call_command("load_demo", verbosity=0)
    count = Item.objects.count()
    call_command("load_demo", verbosity=0)
    assert Item.objects.count() == count == 5
