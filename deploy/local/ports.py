"""Ports on 127.0.0.1. Standard library only."""

from __future__ import annotations

import random
import socket
from itertools import islice

# Below the ports systems give to outgoing connections: one of those could take the port between
# our look at it and the server's start.
_RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on ``port`` now."""
    with socket.socket() as probe:
        # As servers do: a port just left by a stopped server counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(preferred: int | None = None) -> int:
    """Return ``preferred`` when it is free, else another."""
    return preferred if preferred and is_free(preferred) else free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return ``count`` different free ports."""
    candidates = random.sample(_RANGE, len(_RANGE))
    return list(islice((port for port in candidates if is_free(port)), count))
