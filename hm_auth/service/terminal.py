"""Asking a person at a terminal, for init_db.py."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do. ``code`` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Terminal:
    """Questions with defaults. Without a person (``interactive`` False) nothing is ever asked."""

    interactive: bool

    def ask(self, text: str, default: str, check: Callable[[str], object] | None = None) -> str:
        """Return the answer, ``default`` for an empty one; ask again while ``check`` refuses it.

        ``check`` raises ValueError with a sentence that completes "This ...".
        """
        while True:
            suffix = f" [{default}]" if default else ""
            answer = input(f"{text}{suffix}: ").strip() or default
            try:
                if check:
                    check(answer)
            except ValueError as error:
                print(f"  This {error}.")
            else:
                return answer

    def ask_secret(self, text: str) -> str:
        """Return what was typed without showing it. Blanks count: a password may start with one."""
        return getpass.getpass(f"{text}: ")

    def confirm(self, text: str, *, default: bool) -> bool:
        """Ask a yes-or-no question; False at once when nobody is there to answer."""
        if not self.interactive:
            return False
        answer = input(f"{text} [{'Y/n' if default else 'y/N'}]: ").strip().lower()
        return default if not answer else answer in {"y", "yes"}
