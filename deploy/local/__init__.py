"""What ``./hm`` runs inside the virtual environment: the demo and the tests, on an embedded PostgreSQL."""
