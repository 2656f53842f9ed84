"""What ``./hm`` runs inside the venv: the demo and the tests, on an embedded PostgreSQL."""
