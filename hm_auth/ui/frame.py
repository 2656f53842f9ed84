"""What surrounds a page, as values that can be compared: whoever sees the same gets one drawing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu; ``active`` on its own page and on those below it."""

    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class OtherModule:
    """Another service the person may open; ``url`` signs them in there."""

    client_id: str
    name: str
    icon: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class Sidebar:
    """The menu beside every page, for ``hm/parts/sidebar.html``."""

    service_name: str
    home_url: str
    nav: tuple[Entry, ...]
    modules: tuple[OtherModule, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, for ``hm/parts/user_menu.html``; ``account_url`` may be empty."""

    name: str
    username: str
    level: str
    account_url: str
