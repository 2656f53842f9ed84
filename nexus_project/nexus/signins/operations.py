"""Every path on which a sign-in begins, goes on, moves to another module, or ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.directory.models import Company
from nexus.modules.models import Module
from nexus.signins import audit, backchannel, clients, minting, rules, secret_keys, throttle
from nexus.signins import exceptions as no
from nexus.signins.admission import admit, check_module, client_id
from nexus.signins.models import Event, EventKind, RefreshChain, SignIn

if TYPE_CHECKING:
    from nexus.api_tokens.models import ApiToken
    from nexus.signins.passwords import Proof


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a module holds of a sign-in; ``expires_in`` is the access token's life in seconds."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int


def sign_in(*, proof: Proof, module: Module | None, ip: str | None, user_agent: str) -> Tokens:
    """Begin a sign-in through ``module`` (None: a person's own script) and return its tokens.

    Raises ModuleNotAllowed, DirectClientOff, and InvalidCredentials when the account or its
    password was changed in between.
    """
    _admit(proof, module, ip)
    with transaction.atomic():
        row = _begin_proved(proof, module, ip, user_agent)
        return tokens_of(RefreshChain.objects.create(sign_in=row, module=module))


def open_sign_in(*, proof: Proof, module: Module, ip: str | None, user_agent: str) -> SignIn:
    """Begin a sign-in without tokens, as the pages of Nexus do. Raises as ``sign_in``."""
    _admit(proof, module, ip)
    with transaction.atomic():
        return _begin_proved(proof, module, ip, user_agent)


def _admit(proof: Proof, module: Module | None, ip: str | None) -> None:
    try:
        admit(user=proof.user, module=module, ip=ip)
    except no.Refused:
        throttle.take_back(proof.counters)  # it was no wrong guess
        raise


def _begin_proved(proof: Proof, module: Module | None, ip: str | None, user_agent: str) -> SignIn:
    throttle.take_back(proof.counters)
    # Locked against a change of password or a disabling that is under way.
    rows = User.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    user = rows.get(pk=proof.user.pk)
    if user.password != proof.user.password or not may_authenticate(user):
        raise no.InvalidCredentials
    check_module(user, module)
    return begin(user=user, module=module, ip=ip, user_agent=user_agent)


def begin(
    *,
    user: User,
    module: Module | None,
    ip: str | None,
    user_agent: str,
    api_token: ApiToken | None = None,
) -> SignIn:
    """Write down that ``user`` has just proved who they are, by a password or by ``api_token``."""
    now = timezone.now()
    until = now + timedelta(hours=settings.SIGN_IN_HOURS)
    detail = {}
    if api_token is not None:
        until = min(until, api_token.expires_at or until)
        detail["api_token"] = str(api_token)
    row = SignIn.objects.create(
        user=user,
        created_at=now,
        authenticated_at=now,
        last_used_at=now,
        expires_at=until,
        ip_address=rules.plain_address(ip),
        user_agent=user_agent[:300],
        api_token=api_token,
    )
    detail["sid"] = str(row.pk)
    audit.record(
        EventKind.SIGN_IN, user=user, by=user, ip=ip, client_id=client_id(module), detail=detail
    )
    return row


def refresh(*, token: str, credentials: clients.Credentials | None, ip: str) -> Tokens:
    """Exchange a refresh token for its successor; user, level and company are read afresh.

    Single use (RFC 9700, section 4.14.2): the same successor for a retry within 10 seconds; an
    older token ends the whole sign-in. Raises InvalidRefresh, RefreshReused, InvalidClient,
    ModuleNotAllowed, DirectClientOff.
    """
    parsed = rules.parse_refresh(token, secret_keys.refresh_keys())
    if parsed is None:
        raise no.InvalidRefresh
    with transaction.atomic():
        chain = _chains().select_for_update(of=("self",)).filter(pk=parsed.chain).first()
        if chain is None:
            raise no.InvalidRefresh
        _check_client(chain, credentials)
        check_alive(chain.sign_in)
        check_module(chain.sign_in.user, chain.module)
        verdict = rules.judge_refresh(
            number=parsed.number,
            counter=chain.counter,
            rotated_at=chain.rotated_at,
            now=timezone.now(),
        )
        if verdict is rules.Verdict.ROTATE:
            _rotate(chain)
        elif verdict is rules.Verdict.REUSED:
            _end_for_reuse(chain, ip)
    if verdict is rules.Verdict.REUSED:  # outside the transaction: the ending has to stay
        raise no.RefreshReused
    if verdict is rules.Verdict.UNKNOWN:
        raise no.InvalidRefresh
    return tokens_of(chain)


@transaction.atomic
def revoke(*, token: str, ip: str) -> None:
    """End the sign-in a refresh token is of; an unknown one is no error (RFC 7009, section 2.2)."""
    parsed = rules.parse_refresh(token, secret_keys.refresh_keys())
    chain = _chains().filter(pk=parsed.chain).first() if parsed else None
    if chain is not None:
        end_sign_ins(sign_ins=[chain.sign_in], reason="signed out", by=chain.sign_in.user, ip=ip)


@transaction.atomic
def end_sign_ins(
    *,
    sign_ins: Iterable[SignIn],
    reason: str = "signed out",
    by: User | None = None,
    ip: str | None = None,
) -> int:
    """End ``sign_ins`` in Nexus and, after commit, in every module that holds tokens of them.

    Returns how many were still going on.
    """
    now = timezone.now()
    keys = [row.pk for row in sign_ins]
    rows = list(
        SignIn.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk__in=keys, ended_at__isnull=True)
        .order_by("pk")
    )
    if not rows:
        return 0
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now, ended_reason=reason)
    Event.objects.bulk_create(
        audit.row(
            EventKind.SIGN_IN_ENDED,
            user=row.user,
            by=by,
            ip=ip,
            detail={"sid": str(row.pk), "reason": reason},
        )
        for row in rows
    )
    _tell(_notices(RefreshChain.objects.filter(sign_in__in=rows)))
    return len(rows)


def sign_out_company(*, company: Company, by: User | None) -> int:
    """End every sign-in of the clients of ``company``, which is archived; return how many."""
    rows = SignIn.objects.filter(user__company=company, ended_at__isnull=True)
    return end_sign_ins(sign_ins=rows, reason="company archived", by=by)


@transaction.atomic
def leave_module(*, module: Module) -> None:
    """Take everybody's tokens from ``module``, which is switched off; the sign-ins go on elsewhere.

    Switched on again, it has nobody signed in.
    """
    chains = RefreshChain.objects.filter(module=module)
    going_on = chains.filter(sign_in__ended_at__isnull=True, sign_in__expires_at__gt=timezone.now())
    _tell(_notices(going_on))
    chains.delete()


def _chains() -> QuerySet[RefreshChain]:
    return RefreshChain.objects.select_related("sign_in__user__company", "module")


def _check_client(chain: RefreshChain, credentials: clients.Credentials | None) -> None:
    """A module's tokens are refreshed by that module only (RFC 6749, section 6)."""
    if chain.module is None and credentials is None:
        return
    if credentials is None or not credentials.fit(chain.module):
        raise no.InvalidClient


def check_alive(row: SignIn) -> None:
    """Refuse a sign-in that has ended, expired, or is of somebody who may not sign in any more."""
    stamp = row.user.not_before
    void = stamp is not None and row.authenticated_at < stamp
    if row.ended_at or row.expires_at <= timezone.now() or void or not may_authenticate(row.user):
        raise no.InvalidRefresh


def _rotate(chain: RefreshChain) -> None:
    chain.counter += 1
    with connection.cursor() as cursor:
        cursor.execute(_ROTATE, {"chain": chain.pk, "n": chain.counter, "now": timezone.now()})


def _end_for_reuse(chain: RefreshChain, ip: str) -> None:
    user = chain.sign_in.user
    audit.record(EventKind.REFRESH_REUSED, user=user, ip=ip, client_id=client_id(chain.module))
    end_sign_ins(sign_ins=[chain.sign_in], reason="old refresh token used again", ip=ip)


def tokens_of(chain: RefreshChain) -> Tokens:
    """Sign an access token for where ``chain`` stands, and name the refresh token of that place."""
    user = chain.sign_in.user
    access = minting.access_token(
        user=user, sid=chain.sign_in_id, client_id=client_id(chain.module)
    )
    successor = rules.RefreshToken(chain=chain.pk, number=chain.counter)
    return Tokens(
        access=access,
        refresh=successor.encode(secret_keys.refresh_keys()[0]),
        expires_in=settings.ACCESS_TOKEN_SECONDS,
    )


def _notices(chains: QuerySet[RefreshChain]) -> list[backchannel.Notice]:
    """Whom to tell of the end of ``chains``; one that is switched off may be running still."""
    held = chains.filter(module__isnull=False).values_list(
        "module__url", "module__client_id", "sign_in__user_id", "sign_in_id"
    )
    return [
        backchannel.Notice(url=url, client_id=client_id, user_id=user_id, sid=sid)
        for url, client_id, user_id, sid in held.distinct()
    ]


def _tell(notices: list[backchannel.Notice]) -> None:
    if notices:
        transaction.on_commit(lambda: backchannel.send(notices))


# One statement for both rows: a refresh is what Nexus does most.
_ROTATE = """
WITH rotated AS (
    UPDATE signins_refreshchain SET counter = %(n)s, rotated_at = %(now)s
    WHERE id = %(chain)s RETURNING sign_in_id
)
UPDATE signins_signin SET last_used_at = %(now)s FROM rotated WHERE id = rotated.sign_in_id
"""
