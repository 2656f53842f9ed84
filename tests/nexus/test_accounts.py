"""What changes an account, what that ends, and that it is on record."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, connections, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hm_auth.permissions import Level
from nexus.accounts import operations as accounts
from nexus.accounts import rules
from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.signins.models import Event, SignIn
from tests.nexus.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db
NEW = "another long phrase"


def open_sign_in(user):
    return SignIn.objects.create(user=user, expires_at=timezone.now() + timedelta(hours=1))


def last_event():
    return Event.objects.latest("id")


def test_a_user_is_created_and_on_record(admin, settings):
    settings.PASSWORD_HASHERS = ["nexus.accounts.hashers.Argon2idHasher"]
    user = accounts.create_user(
        username="nina", email="Nina@MSP.Example", full_name="Nina", permission_level="technician",
        password=PASSWORD, by=admin,
    )  # fmt: skip
    assert user.check_password(PASSWORD)
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    event = last_event()
    assert (event.kind, event.user_id, event.acting_user_id) == ("user_created", user.pk, admin.pk)


@pytest.mark.parametrize(
    "password", ["short", "elevenchars", "passwordpassword1"[:11], "qwertyuiop12"[:10]]
)
def test_easy_passwords_are_refused(admin, password):
    with pytest.raises(ValidationError):
        accounts.change_password(user=admin, password=password, by=admin)


@pytest.mark.parametrize("field", ["username", "email"])
def test_name_and_address_are_unique_whatever_the_case(tech, field):
    values = {
        "username": "other",
        "email": "other@msp.example",
        field: getattr(tech, field).upper(),
    }
    with pytest.raises(ValidationError, match=r"taken|Another user"):
        accounts.create_user(
            full_name="X", permission_level="billing", password=None, by=None, **values
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(full_name="X", permission_level="billing", **values)])


@pytest.mark.parametrize("level", [level for level in Level if level != "client"])
def test_only_clients_have_a_company_and_all_of_them(acme, level):
    with pytest.raises(ValidationError, match="client belongs to a company"):
        person("x", level, acme)
    with pytest.raises(ValidationError, match="client belongs to a company"):
        person("x", "client")


@pytest.mark.parametrize(
    "username",
    [
        "t ech",
        "tech\u200b",
        "te\u202ech",
        "te\x00ch",
        "te\tch",
        "\uff54ech",
        "\ufb01n",
        "a/b",
        "a\u00b2",
    ],
)
def test_a_username_is_letters_digits_and_few_signs(username):
    with pytest.raises(ValidationError, match=r"letters and digits|Null characters"):
        person(username, "billing")


@pytest.mark.parametrize(
    "username",
    ["o.brien_7", "a-b@c+d", "n\u00f3ra", "\u5f20\u4f1f", "\u0641\u0631\u0647\u0627\u062f"],
)
def test_a_username_may_be_of_any_script(username):
    assert rules.is_plain_username(username)


@pytest.mark.parametrize("name", ["Ann\u202eton", "Ann\u200bton", "Ann\nton", "Ann\u2066ton"])
def test_a_name_with_invisible_characters_is_refused_in_plain_words(admin, tech, name):
    with pytest.raises(ValidationError, match="invisible characters"):
        accounts.update_user(user=tech, full_name=name, by=admin)
    accounts.update_user(
        user=tech, full_name="\u0639\u0644\u06cc\u200c\u0631\u0636\u0627 O'Dea", by=admin
    )


def test_an_account_with_an_old_odd_name_can_be_disabled(admin, tech):
    User.objects.filter(pk=tech.pk).update(username="tech\u200b desk")
    accounts.update_user(user=tech, is_active=False, by=admin)
    assert not tech.is_active


def test_the_history_of_users_and_modules_is_only_added_to(admin, tech, treasury):
    for rows in (tech.events, treasury.events):
        for write in (
            lambda rows=rows: rows.update(pgh_label="x"),
            lambda rows=rows: rows.all().delete(),
        ):
            with pytest.raises(InternalError, match=r"[Cc]annot"), transaction.atomic():
                write()


def test_people_are_found_whatever_the_case(tech):
    assert User.objects.named("TeCh").get() == tech
    assert User.objects.with_address("TECH@msp.EXAMPLE").get() == tech


def test_a_level_that_may_as_much_is_on_record_and_ends_nothing(admin, tech, monkeypatch):
    monkeypatch.setattr(rules, "CAPABILITIES", {"all": {"technician", "billing"}})
    row = open_sign_in(tech)
    accounts.set_level(user=tech, level="billing", by=admin)
    row.refresh_from_db()
    assert row.ended_at is None
    assert tech.permission_level == "billing"
    assert last_event().detail == {"from": "technician", "to": "billing", "by": "admin"}


def test_a_demotion_ends_the_sign_ins_and_a_promotion_does_not(admin, tech):
    row = open_sign_in(tech)
    accounts.set_level(user=tech, level="admin", by=admin)
    row.refresh_from_db()
    assert row.ended_at is None
    accounts.set_level(user=tech, level="technician", by=admin)
    row.refresh_from_db()
    assert row.ended_reason == "permission level lowered"
    kinds = Event.objects.filter(user_id=tech.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["level_changed", "level_changed", "sign_in_ended"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("admin", "technician", True),
        ("technician", "client", True),
        ("technician", "billing", True),  # they are beside each other: each loses something
        ("billing", "technician", True),
        ("technician", "admin", False),
        ("client", "technician", False),
        ("billing", "billing", False),
    ],
)
def test_what_is_a_demotion(old, new, expected, monkeypatch):
    table = {
        "see": {"admin", "technician", "billing", "client"},
        "bill": {"admin", "billing"},
        "mend": {"admin", "technician"},
    }
    monkeypatch.setattr(rules, "CAPABILITIES", table)
    assert rules.loses(old, new) is expected


def test_an_admin_loses_nothing_to_anybody():
    assert not any(rules.loses(level, "admin") for level in Level)
    assert all(rules.loses("admin", level) for level in Level if level != "admin")


def test_a_change_to_the_same_level_is_no_change(admin, tech):
    before = Event.objects.count()
    accounts.set_level(user=tech, level="technician", by=admin)
    assert Event.objects.count() == before


def test_a_change_of_company_ends_everything(admin, acme_user, globex):
    row = open_sign_in(acme_user)
    accounts.set_company(user=acme_user, company=globex, by=admin)
    row.refresh_from_db()
    assert row.ended_reason == "company changed"


def test_a_client_becomes_staff_and_loses_the_company(admin, acme_user):
    accounts.set_level(user=acme_user, level="technician", by=admin)
    assert acme_user.company is None


def test_only_clients_move_to_a_company(admin, tech, acme):
    with pytest.raises(ValidationError, match="Only clients"):
        accounts.set_company(user=tech, company=acme, by=admin)


def test_disabling_ends_everything_and_enabling_brings_nothing_back(admin, tech):
    row = open_sign_in(tech)
    accounts.disable(user=tech, by=admin)
    accounts.enable(user=tech, by=admin)
    row.refresh_from_db()
    assert row.ended_reason == "account disabled"
    kinds = Event.objects.filter(user_id=tech.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["user_disabled", "sign_in_ended", "user_enabled"]
    assert not SignIn.objects.live(now=timezone.now()).exists()


def test_a_change_of_password_keeps_the_session_it_was_made_in(admin, tech):
    here, elsewhere = open_sign_in(tech), open_sign_in(tech)
    accounts.change_password(user=tech, password=NEW, by=tech, keep=here)
    assert list(SignIn.objects.live(now=timezone.now())) == [here]
    elsewhere.refresh_from_db()
    assert elsewhere.ended_reason == "password changed"
    assert tech.check_password(NEW)


def test_a_password_set_by_an_admin_ends_everything(admin, tech):
    open_sign_in(tech)
    accounts.set_password(user=tech, password=NEW, by=admin)
    assert not SignIn.objects.live(now=timezone.now()).exists()
    assert Event.objects.filter(kind="password_set", acting_user_id=admin.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda user: accounts.disable(user=user, by=user),
        lambda user: accounts.set_level(user=user, level="billing", by=user),
        lambda user: accounts.update_user(user=user, is_active=False, by=user),
    ],
)
def test_the_last_admin_stays(admin, tech, change):
    with pytest.raises(ValidationError, match="last active admin"):
        change(admin)
    admin.refresh_from_db()
    assert admin.is_active
    assert admin.permission_level == "admin"
    accounts.set_level(user=tech, level="admin", by=admin)
    change(admin)


def test_all_is_changed_at_once_or_nothing(admin, tech, acme):
    with pytest.raises(ValidationError):
        accounts.update_user(user=tech, full_name="New", permission_level="client", by=admin)
    tech.refresh_from_db()
    assert tech.full_name == "Tech"
    accounts.update_user(
        user=tech,
        full_name="New",
        permission_level="client",
        company=acme,
        is_active=False,
        by=admin,
    )
    assert (tech.full_name, tech.company, tech.is_active) == ("New", acme, False)


def test_events_cannot_be_changed_or_removed(admin, tech):
    accounts.disable(user=tech, by=admin)
    for write in (
        lambda: Event.objects.update(username="nobody"),
        lambda: Event.objects.all().delete(),
    ):
        with pytest.raises(InternalError, match=r"[Cc]annot"), transaction.atomic():
            write()


def test_old_events_are_pruned_by_the_command_alone(admin, tech, capsys):
    Event.objects.create(kind="sign_in", at=timezone.now() - timedelta(days=800))
    accounts.disable(user=tech, by=admin)
    kept = Event.objects.count() - 1
    call_command("prune_signins")
    assert Event.objects.count() == kept
    assert "events: 1 removed" in capsys.readouterr().out


def test_pruning_keeps_what_is_alive(tech, capsys):
    alive = open_sign_in(tech)
    past = timezone.now() - timedelta(days=40)
    SignIn.objects.create(user=tech, created_at=past, expires_at=past + timedelta(days=1))
    call_command("prune_signins")
    assert list(SignIn.objects.all()) == [alive]


def test_the_history_keeps_who_was_what_and_no_password(admin, tech):
    accounts.set_level(user=tech, level="billing", by=admin)
    levels = tech.events.order_by("pgh_id").values_list("permission_level", flat=True)
    assert list(levels) == ["technician", "billing"]
    assert "password" not in {field.name for field in tech.events.model._meta.fields}


def test_the_command_creates_an_admin_once(db, monkeypatch, capsys):
    monkeypatch.setenv("HM_ADMIN_PASSWORD", "pass%word@with#'\" odd ones")
    for _ in range(2):
        call_command("create_admin", "--username", "root", "--email", "root@msp.example")
    user = User.objects.get()
    assert user.check_password("pass%word@with#'\" odd ones")
    assert user.permission_level == "admin"
    assert "skipping" in capsys.readouterr().out


def test_the_command_refuses_an_easy_password(db, monkeypatch):
    monkeypatch.setenv("HM_ADMIN_PASSWORD", "admin")
    with pytest.raises(CommandError, match="too short"):
        call_command("create_admin", "--username", "root", "--email", "root@msp.example")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("active", "level", "archived", "expected"),
    [
        (True, "admin", None, True),
        (False, "admin", None, False),
        (True, "client", False, True),
        (True, "client", True, False),
        (True, "client", None, False),
        (False, "client", False, False),
    ],
)
def test_who_may_sign_in(active, level, archived, expected):
    class Company:
        archived_at = timezone.now() if archived else None

    class Account:
        is_active, permission_level = active, level
        company = None if archived is None else Company()

    assert may_authenticate(Account()) is expected


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_lock_each_other_out():
    """Both disable the other at the same moment; one of them must fail."""
    one, two = person("one", "admin"), person("two", "admin")
    barrier, outcomes = threading.Barrier(2), []

    def run(user, by):
        barrier.wait()
        try:
            accounts.disable(user=user, by=by)
            outcomes.append("done")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in ((one, two), (two, one))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["done", "refused"]
    assert User.objects.filter(is_active=True).count() == 1


def test_a_change_decided_by_an_old_page_is_refused(admin, tech):
    read_at = tech.updated_at
    accounts.disable(user=User.objects.get(pk=tech.pk), by=admin)
    with pytest.raises(accounts.ChangedMeanwhile, match="in the meantime"):
        accounts.update_user(user=tech, by=admin, expected_updated_at=read_at, full_name="New")
    tech.refresh_from_db()
    assert (tech.full_name, tech.is_active) == ("Tech", False)


def test_a_new_name_waits_for_no_admin(admin, tech):
    with CaptureQueriesContext(connection) as queries:
        accounts.update_user(user=tech, by=admin, full_name="New", permission_level="technician")
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert len(locks) == 1
    assert "'admin'" not in locks[0]


def test_unknown_ids_are_no_error_to_the_audit_trail(db):
    Event.objects.create(kind="sign_in", user_id=uuid.uuid4())
    assert str(last_event()) == "Signed in"
