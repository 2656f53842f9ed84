"""Keeping an installation: ``hm backup``, ``hm restore`` and ``hm doctor``."""
