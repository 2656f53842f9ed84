"""Companies, their locations and the people in them: the address book every module refers to."""

from nexus.directory.models.company import Company
from nexus.directory.models.contact import Contact
from nexus.directory.models.location import Location

__all__ = ["Company", "Contact", "Location"]
