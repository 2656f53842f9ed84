"""The languages a space may be written in. Each has a configuration of PostgreSQL, without accents.

The migration ``0002_language`` makes them: ``archive_english`` for English and so on.
"""

from __future__ import annotations

LANGUAGES = (
    "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian",
    "norwegian", "portuguese", "romanian", "spanish", "swedish",
)  # fmt: skip
OTHER = "simple"  # words as they are written
CHOICES = [*((name, name.capitalize()) for name in LANGUAGES), (OTHER, "Another language")]


def configuration(language: str) -> str:
    """Return the name of the text search configuration of ``language``."""
    return f"archive_{language}"
