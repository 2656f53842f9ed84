"""Password hashing at OWASP's second argon2id profile: 19 MiB, two passes, one lane."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """OWASP Password Storage Cheat Sheet: m=19456 (KiB), t=2, p=1; about 26 ms of CPU."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1
