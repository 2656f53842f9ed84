"""A person's sign-ins as the account page shows them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from nexus.accounts.models import User
from nexus.pages.devices import device_name
from nexus.signins.models import RefreshChain, SignIn


@dataclass(frozen=True, slots=True)
class Session:
    """One row of the table; ``modules`` are the names of the services that hold this sign-in."""

    sign_in: SignIn
    device: str
    modules: list[str]
    is_this: bool


def own_sessions(user: User, *, current: uuid.UUID) -> list[Session]:
    """Return the live sessions of ``user``, this one (its id is ``current``) first.

    Those of API tokens are not among them: what can be done about them is to revoke the token.
    """
    chains = RefreshChain.objects.select_related("module")
    rows = SignIn.objects.live(now=timezone.now()).of_people().filter(user=user).latest_first()
    sessions = [
        Session(
            sign_in=row,
            device=device_name(row.user_agent),
            modules=_module_names(row),
            is_this=row.id == current,
        )
        for row in rows.prefetch_related(Prefetch("chains", queryset=chains))
    ]
    return sorted(sessions, key=lambda session: not session.is_this)


def _module_names(sign_in: SignIn) -> list[str]:
    # A chain without a module is of a person's own script (client id ``direct``).
    chains = sign_in.chains.all()
    return sorted({chain.module.name if chain.module else "a script" for chain in chains})
