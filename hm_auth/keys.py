"""Nexus's public keys, kept so that checking a token needs no call to Nexus."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from hm_auth import tokens
from hm_auth.conf import conf
from hm_auth.exceptions import InvalidToken, NexusUnavailable
from hm_auth.tokens import Claims, KeySet, LogoutClaims, ServiceClaims

FRESH_SECONDS = 600
UNKNOWN_KID_PAUSE_SECONDS = 10
MAX_TOKEN_LENGTH = 8192  # ours are below 1,000 characters

Fetch = Callable[[], Mapping[str, Any]]


class KeyStore:
    """Keys by age: good for ten minutes, fetched early for a new ``kid``, kept in an outage.

    ``fetch`` returns the JWKS document and raises NexusUnavailable.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: KeySet = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")

    def keys_for(self, kid: str) -> KeySet:
        """Return the keys, having looked for ``kid`` in Nexus if it is new.

        Raises NexusUnavailable if no key was ever seen and none can be fetched now.
        """
        if kid not in self._keys:
            self._refetch()
        return self.current()

    def current(self) -> KeySet:
        """Return the keys, not older than ten minutes if Nexus answers. Raises NexusUnavailable."""
        if self._clock() - self._fetched_at > FRESH_SECONDS:
            self._refetch()
        return self._keys

    def _refetch(self) -> None:
        with self._lock:
            if self._clock() - self._tried_at < UNKNOWN_KID_PAUSE_SECONDS and self._keys:
                return  # others have just asked, or somebody sends invented key ids
            self._tried_at = self._clock()
            try:
                self._keys = tokens.key_set(self._fetch())
            except NexusUnavailable:
                if not self._keys:
                    raise
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
                if not self._keys:
                    raise NexusUnavailable("the key set of Nexus is unreadable") from error
            else:
                self._fetched_at = self._clock()


class Verifier:
    """Checks tokens with a key store and this module's settings."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store

    def access(self, token: str) -> Claims | ServiceClaims:
        """Return the claims of an access token. Raises InvalidToken, NexusUnavailable."""
        return tokens.verify_access(token, keys=self._keys(token), issuer=conf.issuer)

    def person(self, token: str) -> Claims:
        """Return the claims of a person's access token. Raises InvalidToken, NexusUnavailable."""
        claims = self.access(token)
        if not isinstance(claims, Claims):
            raise InvalidToken("a service token, where a person's is needed")
        return claims

    def logout(self, token: str) -> LogoutClaims:
        """Return the claims of a logout token. Raises InvalidToken, NexusUnavailable."""
        return tokens.verify_logout(
            token, keys=self._keys(token), issuer=conf.issuer, client_id=conf.client_id
        )

    def _keys(self, token: str) -> KeySet:
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidToken("too long")
        return self.store.keys_for(tokens.key_id(token))
