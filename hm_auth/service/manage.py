"""What every project's ``manage.py`` does."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from hm_auth.service import setup
from hm_auth.service.config import ConfigError
from hm_auth.service.description import Service


def run(service: Service, argv: Sequence[str]) -> int:
    """Run a management command of ``service``; a broken configuration is one sentence.

    ``setup`` is the same as init_db.py and starts before Django does: Django would want the very
    configuration that is still to be written.
    """
    if argv[1:2] == ["setup"]:
        return setup.run(service, argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{service.name}.settings")
    try:
        import_module("django.core.management").execute_from_command_line(list(argv))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
