"""Users, sign-ins, events and modules in the Django admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nexus.accounts import operations as accounts
from nexus.accounts.models import User
from nexus.modules.models import Module
from nexus.modules.operations import change_module
from nexus.signins.models import Event, SignIn
from tests.nexus.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def values(user, **changes):
    fields = ("username", "full_name", "email", "permission_level")
    form = {name: getattr(user, name) for name in fields} | {"is_active": "on"}
    form["company"] = user.company_id or ""
    form["base_updated_at"] = user.updated_at.isoformat()
    return {name: value for name, value in (form | changes).items() if value is not None}


def shown(answer):
    """What a browser would send back of the form it is shown."""
    form = answer.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    ticked = {name: "on" if value is True else value for name, value in sent.items()}
    return {
        name: value for name, value in ticked.items() if value is not None and value is not False
    }


def messages_of(answer):
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.mark.parametrize("page", [USERS, "/admin/signins/signin/", "/admin/signins/event/"])
def test_a_list_needs_as_many_queries_for_many_rows_as_for_two(
    browser, acme, page, django_assert_num_queries
):
    def more(numbers):
        for number in numbers:
            user = person(f"user{number}", "client", acme)
            SignIn.objects.create(user=user, expires_at=timezone.now() + timedelta(hours=1))
            accounts.disable(user=user, by=user)

    more(range(2))
    with CaptureQueriesContext(connection) as few:
        assert browser.get(page).status_code == 200
    more(range(2, 12))
    with django_assert_num_queries(len(few)):
        assert "user11" in browser.get(page).content.decode().lower()
    assert len(few) <= 10


@pytest.mark.parametrize("query", ["q=tech", "permission_level__exact=technician", "q=tech@msp"])
def test_users_are_found(browser, tech, billing, query):
    content = browser.get(f"{USERS}?{query}").content.decode()
    assert "tech@msp.example" in content
    assert "billing@msp.example" not in content


def test_a_change_in_the_admin_goes_the_way_of_the_operations(browser, admin, tech):
    row = SignIn.objects.create(user=tech, expires_at=timezone.now() + timedelta(hours=1))
    form = values(tech, permission_level="billing", full_name="Tara", is_active=None)
    assert browser.post(f"{USERS}{tech.pk}/change/", form).status_code == 302
    tech.refresh_from_db()
    assert (tech.permission_level, tech.full_name, tech.is_active) == ("billing", "Tara", False)
    row.refresh_from_db()
    assert row.ended_reason == "account disabled"
    kinds = set(Event.objects.filter(user_id=tech.pk).values_list("kind", "acting_user_id"))
    assert ("level_changed", admin.pk) in kinds
    assert ("user_disabled", admin.pk) in kinds


def test_a_page_opened_before_a_disabling_does_not_enable_again(browser, admin, tech):
    page = f"{USERS}{tech.pk}/change/"
    form = shown(browser.get(page)) | {"full_name": "Tara"}
    accounts.update_user(user=tech, permission_level="billing", is_active=False, by=admin)
    answer = browser.post(page, form)
    assert answer.status_code == 200
    assert "Somebody else has changed this in the meantime" in answer.content.decode()
    tech.refresh_from_db()
    assert (tech.full_name, tech.permission_level, tech.is_active) == ("Tech", "billing", False)


def test_a_form_without_its_stamp_changes_nothing(browser, tech):
    answer = browser.post(f"{USERS}{tech.pk}/change/", values(tech, base_updated_at=None))
    assert "in the meantime" in answer.content.decode()


def test_a_module_page_opened_before_a_switching_off_does_not_switch_it_on(browser, treasury):
    page = f"/admin/modules/module/{treasury.pk}/change/"
    form = shown(browser.get(page)) | {"name": "Money"}
    change_module(module=treasury, is_active=False, by=None)
    assert "in the meantime" in browser.post(page, form).content.decode()
    treasury.refresh_from_db()
    assert (treasury.name, treasury.is_active) == ("Treasury", False)
    assert browser.post(page, shown(browser.get(page)) | {"name": "Money"}).status_code == 302
    treasury.refresh_from_db()
    assert (treasury.name, treasury.is_active) == ("Money", False)
    assert Event.objects.latest("id").detail["changed"] == ["name"]


def test_the_page_of_nexus_itself_offers_no_switch(browser, nexus_module):
    page = f"/admin/modules/module/{nexus_module.pk}/change/"
    form = shown(browser.get(page))
    assert not {"is_active", "levels", "url"} & set(form)
    assert browser.post(page, form | {"name": "Hive", "levels": ["admin"]}).status_code == 302
    nexus_module.refresh_from_db()
    assert (nexus_module.name, nexus_module.is_active) == ("Hive", True)
    assert "client" in nexus_module.levels


def test_a_staff_user_with_a_company_is_told_so(browser, tech, acme):
    answer = browser.post(f"{USERS}{tech.pk}/change/", values(tech, company=acme.pk))
    assert answer.status_code == 200
    assert "A client belongs to a company, and nobody else does." in answer.content.decode()


def test_the_last_admin_cannot_lock_everybody_out(browser, admin):
    for change in ({"is_active": None}, {"permission_level": "billing"}):
        answer = browser.post(f"{USERS}{admin.pk}/change/", values(admin, **change))
        assert answer.status_code == 200
        assert "last active admin" in answer.content.decode()
    form = {"action": "disable_selected", "_selected_action": [admin.pk]}
    assert "last active admin" in messages_of(browser.post(USERS, form, follow=True))
    admin.refresh_from_db()
    assert admin.is_active


def test_a_user_is_invited(browser, acme):
    form = {
        "username": "cora", "full_name": "Cora", "email": "cora@acme.example",
        "permission_level": "client", "company": acme.pk, "invite": "on", "password": "",
    }  # fmt: skip
    answer = browser.post(f"{USERS}add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(username="cora")
    assert not user.has_usable_password()
    assert mail.outbox[0].to == ["cora@acme.example"]


@pytest.mark.parametrize(
    ("invite", "password", "message"),
    [("on", PASSWORD, "one of the two"), ("", "short", "too short")],
)
def test_a_new_user_gets_an_invitation_or_a_good_password(browser, invite, password, message):
    form = {
        "username": "nina", "full_name": "Nina", "email": "nina@msp.example",
        "permission_level": "billing", "company": "", "invite": invite, "password": password,
    }  # fmt: skip
    answer = browser.post(f"{USERS}add/", form)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not User.objects.filter(username="nina").exists()


def test_a_user_with_a_password_can_sign_in(browser):
    form = {
        "username": "nina", "full_name": "Nina", "email": "nina@msp.example",
        "permission_level": "billing", "company": "", "password": PASSWORD,
    }  # fmt: skip
    assert browser.post(f"{USERS}add/", form).status_code == 302
    assert User.objects.get(username="nina").check_password(PASSWORD)


def test_sign_this_user_out_everywhere_asks_first(browser, tech):
    SignIn.objects.create(user=tech, expires_at=timezone.now() + timedelta(hours=1))
    page = f"{USERS}{tech.pk}/sign-out/"
    assert f"{tech.pk}/sign-out" in browser.get(f"{USERS}{tech.pk}/change/").content.decode()
    assert "End every session" in browser.get(page).content.decode()
    assert tech.sign_ins.live(now=timezone.now()).exists()
    browser.post(page)
    assert not tech.sign_ins.live(now=timezone.now()).exists()


def test_an_admin_sets_a_password(browser, tech):
    page = f"{USERS}{tech.pk}/password/"
    form = {"new_password1": "too easy", "new_password2": "too easy"}
    assert "too short" in browser.post(page, form).content.decode()
    form = {"new_password1": "another long phrase", "new_password2": "another long phrase"}
    assert browser.post(page, form).status_code == 302
    tech.refresh_from_db()
    assert tech.check_password("another long phrase")


def test_nobody_is_deleted(browser, tech):
    assert browser.get(f"{USERS}{tech.pk}/delete/").status_code == 403
    assert browser.get(f"{USERS}{tech.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    "path", ["sign-out", "password", "new-api-token", "invite", "sign-ins", "api-tokens", "change"]
)
@pytest.mark.parametrize("who", ["tech", "acme_user", None])
def test_these_pages_are_for_admins(client, signed_in, request, tech, path, who):
    browser = signed_in(request.getfixturevalue(who)) if who else client
    for answer in (
        browser.get(f"{USERS}{tech.pk}/{path}/"),
        browser.post(f"{USERS}{tech.pk}/{path}/"),
    ):
        assert answer.status_code == 302
        assert "/login" in answer["Location"]


def test_sign_ins_are_read_and_ended_only(browser, tech):
    row = SignIn.objects.create(user=tech, expires_at=timezone.now() + timedelta(hours=1))
    assert browser.get("/admin/signins/signin/add/").status_code == 403
    form = {"action": "end_selected", "_selected_action": [row.pk]}
    assert "1 sign-ins are ended" in messages_of(
        browser.post("/admin/signins/signin/", form, follow=True)
    )
    row.refresh_from_db()
    assert row.ended_reason == "ended by an admin"


def test_the_events_of_a_user_are_one_click_away(browser, admin, tech):
    accounts.disable(user=tech, by=admin)
    answer = browser.get(f"{USERS}{tech.pk}/events/", follow=True)
    assert "User disabled" in answer.content.decode()
    assert browser.get("/admin/signins/event/?q=tech").status_code == 200
    assert browser.get("/admin/signins/event/?kind__exact=user_disabled").status_code == 200
    row = Event.objects.latest("id")
    assert browser.post(f"/admin/signins/event/{row.pk}/delete/").status_code == 403


def test_a_module_is_registered_and_its_secret_shown_once(browser):
    form = {
        "client_id": "ticketing", "name": "Ticketing", "url": "http://127.0.0.1:5002/",
        "icon": "ticket", "position": "50", "levels": ["admin", "technician"],
        "scopes": ["directory:read"], "is_active": "on", "description": "",
    }  # fmt: skip
    answer = browser.post("/admin/modules/module/add/", form)
    module = Module.objects.get()
    secret = answer.context["secret"]
    assert module.has_secret(secret)
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert module.url == "http://127.0.0.1:5002"
    assert secret not in browser.get(f"/admin/modules/module/{module.pk}/change/").content.decode()


def test_a_new_secret_replaces_the_old_one(browser, treasury):
    page = f"/admin/modules/module/{treasury.pk}/new-secret/"
    assert "at once" in browser.get(page).content.decode()
    secret = browser.post(page).context["secret"]
    treasury.refresh_from_db()
    assert treasury.has_secret(secret)
    assert not treasury.has_secret(treasury.secret)


def test_signing_keys_are_not_in_the_admin(browser, signing_key):
    assert browser.get("/admin/signins/signingkey/").status_code == 404


def test_the_history_of_a_user_says_who_changed_what(browser, tech):
    browser.post(f"{USERS}{tech.pk}/change/", values(tech, permission_level="billing"))
    content = browser.get(f"{USERS}{tech.pk}/history/").content.decode()
    for text in ("technician", "billing", "Admin"):
        assert text in content


def test_companies_are_chosen_by_typing(browser, acme_user, globex):
    page = browser.get(f"{USERS}{acme_user.pk}/change/").content.decode()
    assert "Acme Manufacturing" in page
    assert "Globex" not in page
    assert browser.get(f"{USERS}?company__id__exact={acme_user.company_id}").status_code == 200


def test_nobody_becomes_an_admin_by_default(browser):
    form = {
        "username": "nina", "full_name": "Nina", "email": "nina@msp.example",
        "permission_level": "", "company": "", "password": PASSWORD,
    }  # fmt: skip
    assert "Choose a level" in browser.get(f"{USERS}add/").content.decode()
    assert "This field is required" in browser.post(f"{USERS}add/", form).content.decode()
