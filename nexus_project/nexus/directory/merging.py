"""Two rows for one company, or for one person, become one; nothing that either said is lost."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from nexus.accounts.operations import set_company
from nexus.directory import default_location, rules
from nexus.directory.models import Company, Contact, Location
from nexus.directory.operations import NotPossible, acting, lock_companies
from nexus.directory.versions import touch

COMPANY_VALUES = ("account_number", "name", "legal_name", "tax_id", "status", "phone", "website")
CONTACT_VALUES = ("first_name", "last_name", "title")


def merge_companies(*, keep: Company, absorb: Company, by: Any) -> Company:
    """Move everything of ``absorb`` to ``keep``, archive ``absorb``, and return ``keep`` as stored.

    Locations, contacts and accounts move, archived ones too; tags, domains and external ids are
    united; where both filled a field, ``keep`` wins and the other value is noted. The old id still
    resolves through ``merged_into``. Raises NotPossible, also when either is another version than
    the one stored.
    """
    with acting(by, reason=f"Merge of {absorb.account_number} into {keep.account_number}"):
        keep, absorb = _locked_pair(Company, keep, absorb)
        merged = _unite(keep, absorb, COMPANY_VALUES, ("domains", "tags"))
        merged.lists["tags"].sort()
        notes = list(merged.leftovers)
        moved: dict[str, Any] = {}
        for role in ("primary_contact", "billing_contact"):
            theirs = getattr(absorb, role)
            if theirs is not None and getattr(keep, role) is None:
                moved[role] = theirs
            elif theirs is not None:
                notes.append(f"{_label(keep, role)}: {theirs}")
        # Two marks at once are forbidden; an archived default gives way to a current one.
        loser = absorb if keep.locations.current().exists() else keep
        touch(loser.locations.filter(is_default=True), is_default=False)
        touch(absorb.locations.all(), company=keep)
        default_location.settle(keep.pk)
        touch(absorb.contacts.all(), company=keep)
        for user in absorb.users.order_by("pk"):  # ends their sign-ins: tokens name the company
            set_company(user=user, company=keep, by=by)
        touch(Company.objects.filter(merged_into=absorb), merged_into=keep)
        _retire(absorb, keep, primary_contact=None, billing_contact=None)
        _keep(keep, absorb, merged, notes, f"{absorb.account_number} {absorb.name}", **moved)
    keep.refresh_from_db()
    return keep


def merge_contacts(*, keep: Contact, absorb: Contact, by: Any) -> Contact:
    """Unite two rows of one person and return ``keep`` as stored; as ``merge_companies``.

    They are active from the earlier to the later of their days. Raises NotPossible, also when the
    two are of different companies or both have an account to sign in with.
    """
    with acting(by, reason=f"Merge of contact {absorb} into {keep}"):
        lock_companies({keep.company_id, absorb.company_id})
        keep, absorb = _locked_pair(Contact, keep, absorb)
        if keep.company_id != absorb.company_id:
            raise NotPossible("Contacts of two companies cannot be merged.")
        if keep.user_id and absorb.user_id:
            raise NotPossible("Both contacts have an account; unlink one of them first.")
        merged = _unite(keep, absorb, CONTACT_VALUES, ("emails", "phones", "roles"))
        user = keep.user_id or absorb.user_id
        values = {
            "vip": keep.vip or absorb.vip,
            "location_id": keep.location_id or absorb.location_id,
            "active_from": _widest(keep.active_from, absorb.active_from, min),
            "active_until": _widest(keep.active_until, absorb.active_until, max),
        }
        notes = [*merged.leftovers, *_lost_days_and_place(keep, absorb, values)]
        for role in ("primary_contact", "billing_contact"):
            touch(Company.objects.filter(**{role: absorb}), **{role: keep})
        touch(Contact.objects.filter(merged_into=absorb), merged_into=keep)
        _retire(absorb, keep, user=None)
        _keep(keep, absorb, merged, notes, str(absorb), **values, user_id=user)
    keep.refresh_from_db()
    return keep


def _locked_pair(model: Any, keep: Any, absorb: Any) -> tuple[Any, Any]:
    if keep.pk == absorb.pk:
        raise NotPossible("A row cannot be merged with itself.")
    # In the order of their ids: two people merging the same pair crosswise wait, not deadlock.
    rows = model.objects.select_for_update(of=("self",)).order_by("id")
    found = {row.pk: row for row in rows.filter(pk__in=[keep.pk, absorb.pk])}
    if len(found) < 2:
        raise NotPossible("One of the two is gone.")
    stale = [row for row in (keep, absorb) if row.version != found[row.pk].version]
    keep, absorb = found[keep.pk], found[absorb.pk]
    if keep.archived_at is not None:
        raise NotPossible(f"{keep} is archived; restore it first.")
    if absorb.merged_into_id is not None:
        raise NotPossible(f"{absorb} was merged already.")
    if stale:
        raise NotPossible(f"{stale[0]} was changed by somebody else in the meantime; look again.")
    return keep, absorb


def _unite(keep: Any, absorb: Any, values: tuple[str, ...], lists: tuple[str, ...]) -> rules.Merged:
    return rules.merge(
        values=(_values(keep, values), _values(absorb, values)),
        lists=(_values(keep, lists), _values(absorb, lists)),
        external_ids=(keep.external_ids, absorb.external_ids),
        labels={name: _label(keep, name) for name in values},
    )


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _label(row: Any, name: str) -> str:
    label = str(row._meta.get_field(name).verbose_name)  # noqa: SLF001 - Django's public API
    return label[:1].upper() + label[1:]


def _keep(
    keep: Any, absorb: Any, merged: rules.Merged, notes: list[str], name: str, **values: Any
) -> None:
    heading = f"Merged with {name} on {timezone.localdate():%d %B %Y}."
    text = rules.joined_notes(keep.notes, absorb.notes, heading, notes)
    touch(
        type(keep).objects.filter(pk=keep.pk),
        **merged.values,
        **merged.lists,
        external_ids=merged.external_ids,
        notes=text,
        **values,
    )


def _retire(absorb: Any, keep: Any, **values: Any) -> None:
    archived_at = absorb.archived_at or timezone.now()
    rows = type(absorb).objects.filter(pk=absorb.pk)
    touch(rows, archived_at=archived_at, merged_into=keep, **values)


def _widest(mine: Any, theirs: Any, choose: Any) -> Any:
    return None if mine is None or theirs is None else choose(mine, theirs)


def _lost_days_and_place(keep: Contact, absorb: Contact, values: dict[str, Any]) -> list[str]:
    """Say what of ``absorb`` the united row does not show: a day, or a second location."""
    lost = []
    for name, label in (("active_from", "Active from"), ("active_until", "Active until")):
        for row in (keep, absorb):
            day = getattr(row, name)
            if day is not None and day != values[name]:
                lost.append(f"{label}: {day.isoformat()}")
    if absorb.location_id and absorb.location_id != values["location_id"]:
        lost.append(f"Location: {Location.objects.get(pk=absorb.location_id)}")
    return lost
