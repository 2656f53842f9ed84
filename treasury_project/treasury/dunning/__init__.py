"""Reminders and late fees: suggested by policy, approved by a person."""
