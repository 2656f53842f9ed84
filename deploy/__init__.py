"""How HiveMatrix is run: on one's own machine (``local``), and on servers."""
