"""Reading the modules; ``open_to`` is the one rule of which a person may open."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class ModuleQuerySet(models.QuerySet[Any]):
    def open_to(self, level: str | None) -> Self:
        """Active modules that a person of ``level`` may open, in the order of the menu."""
        return self.active().filter(levels__contains=[level]) if level else self.none()

    def active(self) -> Self:
        """Modules in use, in the order of the menu."""
        return self.filter(is_active=True).order_by("position", "name")
