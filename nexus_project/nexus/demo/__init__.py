"""The invented provider of ``./hm demo``: installed only when ``settings.DEMO`` is true."""
