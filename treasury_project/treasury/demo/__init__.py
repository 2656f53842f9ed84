"""The invented agreements of ``./hm demo``: installed only when ``settings.DEMO`` is true."""
