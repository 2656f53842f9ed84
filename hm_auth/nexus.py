"""This process's connection to Nexus: one client, one set of keys."""

from __future__ import annotations

from hm_auth.client import NexusClient
from hm_auth.keys import KeyStore, Verifier

client = NexusClient()
verifier = Verifier(KeyStore(client.jwks))
