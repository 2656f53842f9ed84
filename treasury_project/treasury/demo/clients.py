"""Which invented client has what. Names and numbers repeat Nexus's demo data, as does the id.

The demo is loaded while Nexus is not up yet, so that its directory cannot be asked.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.hivematrix.example")  # as nexus.demo says


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client company: its plan, the cadence of its invoices, and how many devices it has."""

    account_number: str
    name: str
    legal_name: str
    tax_id: str
    plan: str
    months: int
    workstations: int
    servers: int

    @property
    def company_id(self) -> uuid.UUID:
        """The id that Nexus's demo data gives this company."""
        return demo_id("company", self.account_number)


def demo_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of a demo row, the same at every load."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


CLIENTS = (
    DemoClient(
        "C-1001",
        "Acme Manufacturing",
        "Acme Manufacturing Ltd",
        "IE6388047V",
        "Managed workplace",
        1,
        28,
        3,
    ),
    DemoClient(
        "C-1002",
        "Globex Logistics",
        "Globex Logistics International DAC",
        "IE9700053D",
        "Managed workplace",
        1,
        26,
        3,
    ),
    DemoClient(
        "C-1003",
        "O'Sullivan & Daughters Solicitors",
        "O'Sullivan & Daughters LLP",
        "IE3421187LH",
        "Managed workplace",
        1,
        12,
        2,
    ),
    DemoClient(
        "C-1004",
        "Clontarf Dental Care",
        "Clontarf Dental Care Ltd",
        "",
        "Essential care",
        3,
        6,
        1,
    ),
    DemoClient(
        "C-1005",
        "Brasserie Café Élan",
        "Élan Hospitality Ltd",
        "",
        "Essential care",
        1,
        4,
        1,
    ),
    DemoClient(
        "C-1006",
        "Kilmainham Brewing Company",
        "Kilmainham Brewing Company Ltd",
        "IE3556712BH",
        "Managed workplace",
        1,
        10,
        2,
    ),
    DemoClient(
        "C-1007",
        "St Brigid's National School",
        "Board of Management of St Brigid's N.S.",
        "",
        "Managed workplace",
        12,
        14,
        2,
    ),
    DemoClient(
        "C-1008",
        "Parish of St Columba",
        "",
        "",
        "Essential care",
        1,
        2,
        1,
    ),
    DemoClient(
        "C-1009",
        "龙凤贸易",
        "龙凤贸易有限公司 (Dragon & Phoenix Trading Co. Ltd)",
        "",
        "Managed workplace",
        3,
        7,
        1,
    ),
    DemoClient(
        "C-1010",
        "סטודיו נוף",
        "Nof Design Studio Ltd",
        "",
        "Essential care",
        1,
        4,
        1,
    ),
    DemoClient(
        "C-1011",
        "مؤسسة النخيل للاستيراد",
        "Al Nakheel Imports Ltd",
        "",
        "Essential care",
        1,
        6,
        1,
    ),
    DemoClient(
        "C-1012",
        "Müller & Söhne Präzisionstechnik",
        "Müller & Söhne Präzisionstechnik GmbH",
        "DE811907980",
        "Managed workplace",
        1,
        12,
        2,
    ),
    DemoClient(
        "C-1013",
        "Lefèvre-Dubois Architectes",
        "Lefèvre-Dubois Architectes SARL",
        "FR40303265045",
        "Managed workplace",
        1,
        7,
        1,
    ),
    DemoClient(
        "C-1015",
        "Ó Cléirigh Veterinary Hospital",
        "Ó Cléirigh Veterinary Hospital Ltd",
        "",
        "Managed workplace",
        3,
        9,
        1,
    ),
    DemoClient(
        "C-1016",
        "Greenfield Organic Co-operative",
        "Greenfield Organic Producers Co-operative Society Ltd",
        "",
        "Managed workplace",
        1,
        8,
        1,
    ),
    DemoClient(
        "C-1017",
        "Northside Credit Union",
        "Northside Community Credit Union Ltd",
        "IE0428716G",
        "Managed workplace",
        1,
        18,
        2,
    ),
    DemoClient(
        "C-1018",
        "Delikatesy Żubr",
        "Żubr Foods Ltd",
        "",
        "Essential care",
        1,
        5,
        1,
    ),
    DemoClient(
        "C-1020",
        "Liffey Insurance Brokers",
        "Liffey Insurance Brokers Ltd",
        "IE8259906C",
        "Managed workplace",
        1,
        13,
        2,
    ),
    DemoClient(
        "C-1024",
        "D'Arcy Accountants",
        "D'Arcy & Partners Chartered Accountants",
        "IE4749148U",
        "Managed workplace",
        3,
        10,
        2,
    ),
)
