"""Through which module somebody may be given tokens, and as whose client they count."""

from __future__ import annotations

from django.conf import settings

from nexus.accounts.models import User
from nexus.modules.models import Module
from nexus.signins import audit, minting
from nexus.signins import exceptions as no
from nexus.signins.models import EventKind


def check_direct() -> None:
    """Refuse a caller that is no module, where that is switched off. Raises DirectClientOff."""
    if not settings.ALLOW_DIRECT_CLIENT:
        raise no.DirectClientOff


def check_module(user: User, module: Module | None) -> None:
    """Refuse a module that is switched off or not for this level. Raises Refused."""
    if module is None:
        check_direct()
    elif not module.is_active or user.permission_level not in module.levels:
        raise no.ModuleNotAllowed


def admit(*, user: User, module: Module | None, ip: str | None) -> None:
    """Refuse, on record, what ``check_module`` refuses. Raises Refused.

    Not inside a transaction: the record has to stay.
    """
    try:
        check_module(user, module)
    except no.Refused as refusal:
        detail = {"reason": refusal.code}
        audit.record(
            EventKind.SIGN_IN_REFUSED, user=user, ip=ip, client_id=client_id(module), detail=detail
        )
        raise


def client_id(module: Module | None) -> str:
    """Return the ``client_id`` of tokens that ``module`` asked for; None is a person's script."""
    return module.client_id if module else minting.DIRECT
