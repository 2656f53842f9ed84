"""The articles of ``./hm demo``."""
