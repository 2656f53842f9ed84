"""What runs a service: its configuration, set-up, server and logs. Starts without Django."""

from hm_auth.service.description import Service, Timer

__all__ = ["Service", "Timer"]
