"""A small corpus of a knowledge base, and what its readers look for: 30 queries with judgements."""

from __future__ import annotations

from pathlib import Path

# Title, tags, text: a line each.
ARTICLES = [
    line.split(" | ")
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
]

# Query: titles that answer it, best first; the first counts 3, the next 2, the others 1.
QUERIES = {
    "forgot password": ("Reset a forgotten password", "Unlock a locked account"),
    "pasword reset": ("Reset a forgotten password",),
    "account locked": ("Unlock a locked account", "Reset a forgotten password"),
    "lost phone authenticator": ("Set up two-factor sign-in",),
    "2 factor recovery codes": ("Set up two-factor sign-in",),
    "onboarding new colleague laptop": ("New employee checklist", "Order hardware"),
    "employee leaving forward mailbox": ("Employee leaves",),
    "vpn mac": ("VPN on a Mac", "VPN on Windows"),
    "vpn tunnel does not come up": ("VPN on Windows", "VPN on a Mac", "VPN is slow"),
    "slow video meetings at home": ("VPN is slow", "Working from home"),
    "pritner stuck": ("Printer does not print", "Paper jam in the large copier"),
    "paper jam": ("Paper jam in the large copier",),
    "empty cartridges": ("Replace toner",),
    "scan to email": ("Scan to mail does not arrive",),
    "outlook keeps asking password": ("Outlook asks for the password again and again",),
    "mailbox quota": ("Mailbox is full",),
    "send as shared mailbox": ("Shared mailboxes and who may send",),
    "suspicious mail clicked": ("Report phishing", "Quarantined mail"),
    "ransomwear": ("Ransomware: the first hour",),
    "restore file from last month": ("Restore a single file", "Restore a whole server"),
    "backup error 58": ("Backup failed: what the codes mean", "Backup schedule"),
    "how long are tapes kept": ("Backup schedule",),
    "approve firewall rule": ("Firewall rules and who approves them", "Replace the firewall"),
    "guest wifi code": ("Wi-Fi for guests",),
    "scanners lose wi-fi warehouse": ("Wi-Fi drops in the warehouse", "Wi-Fi for guests"),
    "internet outage second line": ("Internet is down",),
    "monitor black docking": ("Second screen stays black", "Docking station firmware"),
    "beeps at start": ("Laptop does not start",),
    "certifcate expired web server": ("Renew a web certificate",),
    "headset no sound": ("Teams: no sound in meetings", "Working from home"),
}
