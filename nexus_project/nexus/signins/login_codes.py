"""One-time codes that carry a sign-in from one module to another (RFC 6749, section 4.1)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from nexus.accounts.rules import may_authenticate
from nexus.modules.models import Module
from nexus.signins import audit
from nexus.signins import exceptions as no
from nexus.signins.admission import check_module
from nexus.signins.models import EventKind, LoginCode, RefreshChain, SignIn
from nexus.signins.operations import Tokens, check_alive, tokens_of

CODE_SECONDS = 60


@transaction.atomic
def issue_login_code(*, sign_in: SignIn, module: Module) -> str:
    """Make a code with which ``module`` joins ``sign_in``: once, within a minute.

    Raises ModuleNotAllowed, InvalidRefresh.
    """
    check_alive(sign_in)
    check_module(sign_in.user, module)
    code = secrets.token_urlsafe(32)
    LoginCode.objects.create(
        code_hash=_code_hash(code),
        sign_in=sign_in,
        module=module,
        expires_at=timezone.now() + timedelta(seconds=CODE_SECONDS),
    )
    return code


def exchange_code(*, code: str, module: Module, ip: str | None) -> Tokens:
    """Exchange a login code for tokens of the same sign-in. Raises as ``redeem_code``."""
    used = _use_up(code, module)
    with transaction.atomic():
        row = _join(used, module, ip)
        return tokens_of(RefreshChain.objects.create(sign_in=row, module=module))


def redeem_code(*, code: str, module: Module, ip: str | None) -> SignIn:
    """Use up a login code and return its sign-in. Raises InvalidCode, ModuleNotAllowed."""
    used = _use_up(code, module)
    with transaction.atomic():
        return _join(used, module, ip)


def _use_up(code: str, module: Module) -> LoginCode:
    """Delete a code and return it, if it is ``module``'s and not too old. Raises InvalidCode.

    The deletion is a statement of its own, so that a code shown by another module is used up too.
    """
    statement = "DELETE FROM signins_logincode WHERE code_hash = %s RETURNING *"
    row = next(iter(LoginCode.objects.raw(statement, [_code_hash(code)])), None)
    if row is None or row.module_id != module.pk or row.expires_at <= timezone.now():
        raise no.InvalidCode
    return row


def _join(code: LoginCode, module: Module, ip: str | None) -> SignIn:
    """Return the sign-in of ``code``, locked: whoever ends it meanwhile finds the new chain.

    Raises InvalidCode, ModuleNotAllowed.
    """
    rows = SignIn.objects.live(now=timezone.now()).with_user().select_for_update(of=("self",))
    found: SignIn | None = rows.filter(pk=code.sign_in_id).first()
    if found is None or not may_authenticate(found.user):
        raise no.InvalidCode
    check_module(found.user, module)
    audit.record(
        EventKind.SIGN_IN_JOINED,
        user=found.user,
        by=found.user,
        ip=ip,
        client_id=module.client_id,
        detail={"sid": str(found.pk)},
    )
    return found


def _code_hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
