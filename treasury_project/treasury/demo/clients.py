"""Which invented client has what. Names and numbers repeat Nexus's demo data, as does the id.

The demo is loaded while Nexus is not up yet, so that its directory cannot be asked.
"""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.hivematrix.example")  # as nexus.demo says


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client company: its plan, the cadence of its invoices, and how many devices it has.

    ``minutes`` is the work of a usual month; ``term`` how long it committed, in months.
    """

    account_number: str
    name: str
    legal_name: str
    tax_id: str
    plan: str
    months: int
    workstations: int
    servers: int
    minutes: int = 0
    term: int = 12
    country: str = "IE"

    @property
    def company_id(self) -> uuid.UUID:
        """The id that Nexus's demo data gives this company."""
        return demo_id("company", self.account_number)


def demo_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of a demo row, the same at every load."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


def _read() -> tuple[DemoClient, ...]:
    text = Path(__file__).with_name("clients.toml").read_text(encoding="utf-8")
    return tuple(DemoClient(**row) for row in tomllib.loads(text)["clients"])


CLIENTS = _read()
