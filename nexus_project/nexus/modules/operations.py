"""Registering modules and giving them secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from nexus.accounts.models import User
from nexus.accounts.operations import ChangedMeanwhile
from nexus.directory.operations import acting
from nexus.modules.models import ALWAYS_OPEN, NEXUS, Module, every_level
from nexus.modules.rules import unknown_scopes
from nexus.signins import audit
from nexus.signins.minting import DIRECT
from nexus.signins.models import EventKind
from nexus.signins.operations import leave_module

RESERVED = frozenset({NEXUS, DIRECT})


class ModuleExists(Exception):
    """A module of this client id is registered already; its secret cannot be shown again."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A module and, this one time, its secret."""

    module: Module
    secret: str = field(repr=False)


@transaction.atomic
def register_module(
    *,
    client_id: str,
    name: str,
    url: str,
    by: User | None,
    secret: str | None = None,
    **fields: Any,
) -> Registration:
    """Add a module with ``secret``, or a random one.

    ``fields`` are further columns (description, icon, position, levels, scopes). Raises
    ModuleExists and ValidationError.
    """
    if client_id in RESERVED:
        raise ValidationError({"client_id": "This name is taken by Nexus itself."})
    if Module.objects.filter(client_id=client_id).exists():
        raise ModuleExists(client_id)
    module = Module(client_id=client_id, name=name, url=url.rstrip("/"), **fields)
    made = module.new_secret() if secret is None else module.use_secret(secret)
    _check(module)
    with acting(by):
        module.save(force_insert=True)
    audit.record(
        EventKind.MODULE_REGISTERED, by=by, client_id=client_id, detail={"url": module.url}
    )
    return Registration(module=module, secret=made)


CHANGEABLE = frozenset(
    {"name", "description", "url", "icon", "position", "levels", "scopes", "is_active"}
)

KEPT_OF_NEXUS = frozenset({"is_active", "levels", "url"})
KEPT_OF_NEXUS_BECAUSE = f"{ALWAYS_OPEN} Its address is the setting PUBLIC_URL."


@transaction.atomic
def change_module(
    *, module: Module, by: User | None, expected_updated_at: datetime | None = None, **fields: Any
) -> Module:
    """Change columns of ``module`` (never its client id or secret), and bring it up to date.

    Switching it off signs everybody out there. Raises ChangedMeanwhile when the row is a
    later one than ``expected_updated_at``, and ValidationError.
    """
    if unknown := set(fields) - CHANGEABLE:
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be changed")
    locked = Module.objects.select_for_update().get(pk=module.pk)
    if locked.client_id == NEXUS and (kept := KEPT_OF_NEXUS & set(fields)):
        raise ValidationError(dict.fromkeys(sorted(kept), KEPT_OF_NEXUS_BECAUSE))
    if expected_updated_at is not None and locked.updated_at != expected_updated_at:
        raise ChangedMeanwhile
    switched_off = locked.is_active and not fields.get("is_active", True)
    for name, value in fields.items():
        setattr(locked, name, value.rstrip("/") if name == "url" else value)
    _check(locked)
    with acting(by):
        locked.save()
    audit.record(
        EventKind.MODULE_CHANGED,
        by=by,
        client_id=locked.client_id,
        detail={"changed": sorted(fields)},
    )
    if switched_off:
        leave_module(module=locked)
    module.refresh_from_db()
    return module


@transaction.atomic
def new_secret(*, module: Module, by: User | None, secret: str | None = None) -> str:
    """Replace the secret of ``module`` by ``secret`` or a random one, and return it.

    The old one stops working at once. Raises ValidationError for a secret that can be guessed.
    """
    if module.client_id == NEXUS:
        raise ValidationError("Nexus itself needs no secret.")
    made = module.new_secret() if secret is None else module.use_secret(secret)
    module.save(update_fields=["secret_hash", "updated_at"])
    audit.record(EventKind.MODULE_SECRET, by=by, client_id=module.client_id)
    return made


def ensure_nexus(*, url: str) -> Module:
    """Add or correct the row of Nexus itself, which the menu of every service shows.

    Without it, or with it switched off, nobody could sign in, not even to put it right.
    """
    kept: dict[str, Any] = {"url": url, "is_active": True, "levels": every_level()}
    defaults = {"name": "Nexus", "icon": "hexagon", "position": 0, **kept}
    defaults["description"] = "People, companies and contacts"
    module, made = Module.objects.get_or_create(client_id=NEXUS, defaults=defaults)
    wrong = [name for name, value in kept.items() if getattr(module, name) != value]
    if not made and wrong:
        for name in wrong:
            setattr(module, name, kept[name])
        module.save(update_fields=[*wrong, "updated_at"])
    return module


def _check(module: Module) -> None:
    unknown = unknown_scopes(module.scopes)
    if unknown:
        raise ValidationError({"scopes": f"Unknown: {', '.join(unknown)}."})
    module.full_clean()
