"""Treasury over REST. The rules are those of Nexus's API (docs/api.md)."""
