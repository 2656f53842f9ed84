"""Changing the own password: the current one proves that it is still you at the keyboard."""

from __future__ import annotations

from nexus.accounts.models import User
from nexus.accounts.operations import change_password
from nexus.modules.models import NEXUS
from nexus.signins import passwords, throttle
from nexus.signins.models import SignIn


def change_own_password(
    *, user: User, current: str, new: str, ip: str | None, keep: SignIn | None
) -> None:
    """Set ``new`` if ``current`` is right; ends every other sign-in than ``keep``.

    Guessing ``current`` is slowed down as at the sign-in page. Raises InvalidCredentials,
    TooManyAttempts, and ValidationError for a password that is too easy.
    """
    proof = passwords.prove(username=user.username, password=current, ip=ip, client_id=NEXUS)
    throttle.take_back(proof.counters)
    change_password(user=user, password=new, by=user, keep=keep)
