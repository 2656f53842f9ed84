"""The look of HiveMatrix: base template, sign-in page, styles, components, keyset pages.

A Django app without models. Developer page: ``docs/ui.md``.
"""
