"""Set the module up: configuration, database, default data. Safe to run again. See --help."""

from __future__ import annotations

import sys
from pathlib import Path

# A clone's own hm_auth lies beside this project; an installed one is found without this line.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from hm_auth.service import setup
from sample.service import SERVICE

if __name__ == "__main__":
    sys.exit(setup.run(SERVICE, sys.argv[1:]))
