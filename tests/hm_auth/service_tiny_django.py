"""The smallest service with a Django of its own, written to a folder: what main.py serves."""

from __future__ import annotations

from pathlib import Path

from tests.hm_auth.service_machine import ROOT

_SERVICE = """
from pathlib import Path
from hm_auth.service import Service
SERVICE = Service(
    name="tiny", title="Tiny", directory=Path(__file__).parent.parent, port=5099, is_module=False
)
"""
_SETTINGS = """
import os
from hm_auth.service import defaults
from tiny.service import SERVICE
CONFIG = SERVICE.load()
globals().update(defaults.common_settings(CONFIG))
INSTALLED_APPS = [
    "hm_auth.service", "django.contrib.staticfiles", "django.contrib.contenttypes",
    "django.contrib.auth", "django.contrib.messages",
]
MIDDLEWARE = ["hm_auth.middleware.RequestIdMiddleware"]
TEMPLATES = []
ROOT_URLCONF = "tiny.urls"
SERVICE_NAME = "Tiny"
if "TINY_IS_BROKEN" in os.environ:
    STATICFILES_DIRS = "no list"
"""
_URLS = """
from django.http import JsonResponse
from django.urls import path

def whoami(request):
    return JsonResponse({"address": request.META["REMOTE_ADDR"], "secure": request.is_secure()})

def broken(request):
    raise RuntimeError("password=hunter2")

urlpatterns = [path("", whoami), path("broken", broken)]
"""
_WSGI = """
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiny.settings")
application = get_wsgi_application()
"""


def write(folder: Path) -> Path:
    """Write the project into ``folder``; its scripts are those of Nexus, renamed."""
    package = folder / "tiny"
    package.mkdir(parents=True)
    texts = {
        "service": _SERVICE,
        "settings": _SETTINGS,
        "urls": _URLS,
        "wsgi": _WSGI,
        "__init__": "",
    }
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text)
    for script in ("main.py", "init_db.py", "manage.py"):
        text = (ROOT / "nexus_project" / script).read_text()
        (folder / script).write_text(text.replace("nexus", "tiny"))
    return folder
