"""The demo's articles: complete, once, and never in a real installation."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from archive.articles.models import Article, Revision
from archive.demo import loader
from archive.demo.management.commands.load_demo import Command
from archive.spaces.models import Space

pytestmark = pytest.mark.django_db


def test_the_demo_data_is_loaded_once(settings, capsys):
    settings.DEMO = True
    call_command(Command())
    assert Article.objects.count() == 30
    assert Revision.objects.count() > 40  # some were edited
    assert Space.objects.count() == 4
    assert not Article.objects.filter(html="").exists()
    call_command(Command())
    assert Article.objects.count() == 30
    assert "there already" in capsys.readouterr().out


def test_the_companies_are_those_of_nexus():
    # The id Nexus gives Acme in its demo; another would open the space to nobody.
    assert str(loader.demo_id("company", "C-1001")) == "9396e6f7-dba4-5731-bf01-01218701fbdb"


def test_it_refuses_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command(Command())
