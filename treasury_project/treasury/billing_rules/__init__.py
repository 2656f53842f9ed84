"""How an amount comes about: pure Python, no Django, no clock, no database.

Facts go in as frozen dataclasses, lines with their explanation come out; the same input gives the
same output for ever. ``docs/billing-rules.md`` says the rules in prose, and its tables are tests.
"""
