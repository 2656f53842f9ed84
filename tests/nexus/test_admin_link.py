"""The command that lets an administrator choose a password: the first one, or one locked out."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from nexus.accounts.models import User
from tests.nexus.pages_people import make_user

pytestmark = pytest.mark.django_db
SENTENCE = "a sentence nobody else knows"


def link(capsys, *words):
    call_command("admin_link", *words)
    return capsys.readouterr().out


def choose(address, password=SENTENCE):
    client = Client()
    path = "/" + address.strip().split("/", 3)[3]
    form = client.get(path, follow=True)
    answer = {"new_password1": password, "new_password2": password}
    return client.post(form.redirect_chain[-1][0], answer) if form.redirect_chain else form


def test_the_first_administrator_has_no_password_until_the_link_is_used(capsys):
    printed = link(capsys, "--username=admin", "--email=me@msp.example")
    assert re.fullmatch(r"http://127\.0\.0\.1:5000/password-reset/\S+\n", printed)
    admin = User.objects.get()
    assert admin.permission_level == "admin"
    assert not admin.has_usable_password()

    assert choose(printed).status_code == 302
    assert User.objects.get().check_password(SENTENCE)
    again = choose(printed, "another sentence altogether")
    assert "This link does not work" in again.content.decode()
    assert User.objects.get().check_password(SENTENCE)


def test_an_administrator_who_is_locked_out_gets_a_new_link(capsys):
    admin = make_user("admin")
    choose(link(capsys, "--username", admin.username.upper()))
    admin.refresh_from_db()
    assert admin.check_password(SENTENCE)
    assert User.objects.count() == 1


@pytest.mark.parametrize(("level", "active"), [("technician", True), ("admin", False)])
def test_nobody_else_gets_one(level, active):
    user = make_user(level)
    User.objects.filter(pk=user.pk).update(is_active=active)
    with pytest.raises(CommandError, match="not an active administrator"):
        call_command("admin_link", "--username", user.username, "--email", "other@msp.example")


def test_a_name_with_a_slip_makes_nobody():
    with pytest.raises(CommandError, match="There is no user amdin"):
        call_command("admin_link", "--username", "amdin")
    with pytest.raises(CommandError, match="valid"):
        call_command("admin_link", "--username", "admin", "--email", "not an address")
    assert not User.objects.exists()
