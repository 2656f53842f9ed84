"""Requests that may be sent twice and are done once: what each was answered under its key."""
