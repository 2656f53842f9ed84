"""How an amount comes about: pure Python, no Django, no clock, no database.

Facts go in as frozen dataclasses, lines with their explanation come out; the same input gives the
same output for ever. ``docs/billing-rules.md`` says the rules in prose, and its tables are tests.

``agreement``, ``facts`` and ``pricing`` hold what goes in; ``due`` says which periods to bill,
``drafting.draft`` computes one, ``explanation`` puts its lines in words and ``stored`` in JSON.
``taxes``, ``credit_notes``, ``payments`` and ``revenue`` take over from there.
"""
