"""The directory in the Django admin: its main user interface."""

from nexus.directory.admin import companies, contacts, locations

__all__ = ["companies", "contacts", "locations"]
