"""Checking a username and password for the pages of Nexus."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend


class PasswordBackend(ModelBackend):
    """Placeholder of the skeleton: replaced by the throttled check."""
