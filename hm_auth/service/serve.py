"""What ``main.py`` does: serve one service with Waitress, or with Django's server under --dev."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from hm_auth.service.config import Config, ConfigError
from hm_auth.service.description import Service
from hm_auth.service.proxies import behind_proxies
from hm_auth.service.server import Server

logger = logging.getLogger("hm.serve")


def run(service: Service, argv: Sequence[str]) -> int:
    """Serve ``service`` until SIGTERM or Ctrl-C; return the exit code: 0, or 1 with a sentence."""
    arguments = _parser(service).parse_args(argv)
    try:
        config = service.load()
        host = arguments.host or config["HOST"]
        port = arguments.port if arguments.port is not None else config["PORT"]
        _refuse_public_demo(host)
        if arguments.dev:
            return _develop(service, host, port)
        return _serve(service, config, host, port, arguments.threads or config["THREADS"])
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _serve(service: Service, config: Config, host: str, port: int, threads: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{service.name}.settings")
    application = import_module(f"{service.name}.wsgi").application
    problems: list[str] = import_module("hm_auth.service.readiness").problems()
    if problems:
        for problem in problems:
            print(problem, file=sys.stderr)
        return 1
    try:
        server = Server(
            behind_proxies(application, config["TRUSTED_PROXIES"]),
            host=host,
            port=port,
            threads=threads,
            max_request_bytes=config["MAX_REQUEST_MB"] * 1024 * 1024,
        )
    except OSError as error:
        raise ConfigError(_listen_problem(error, host, port)) from None
    logger.info("%s listens on %s", service.title, _address(host, port))
    server.run()
    logger.info("%s stopped", service.title)
    return 0


def _develop(service: Service, host: str, port: int) -> int:
    """Become Django's development server, so that its reloader and Ctrl-C work as usual."""
    manage = str(service.directory / "manage.py")
    environment = {**os.environ, "HM_DEBUG": "true", "HM_LOG_FORMAT": "text"}
    command = [sys.executable, manage, "runserver", _address(host, port).removeprefix("http://")]
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell, our own arguments


def _refuse_public_demo(host: str) -> None:
    if os.environ.get("HM_DEMO") != "1":
        return
    if host != "localhost" and not _is_loopback(host):
        raise ConfigError(
            f"The demo has known passwords and serves this machine alone: not {host}."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen_problem(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use. Stop what uses it, or choose another: --port"
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}; ports from 1024 on are free to all."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine."
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}."


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description=f"Serve {service.title}. Without flags, as {service.name}.conf says.",
    )
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=_number(1, 65535), help="port to listen on")
    parser.add_argument("--threads", type=_number(1, 256), help="threads that answer requests")
    parser.add_argument(
        "--dev", action="store_true", help="Django's own server: reloads changed code, shows errors"
    )
    return parser


def _number(least: int, most: int) -> Any:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be between {least} and {most}")
        return int(text)

    return parse
