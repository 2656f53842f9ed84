"""Serve the module with Waitress, or with --dev by Django's own server. See --help."""

from __future__ import annotations

import sys
from pathlib import Path

# A clone's own hm_auth lies beside this project; an installed one is found without this line.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from hm_auth.service import serve
from sample.service import SERVICE

if __name__ == "__main__":
    sys.exit(serve.run(SERVICE, sys.argv[1:]))
