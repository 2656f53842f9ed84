"""What there is to see at a glance: the dashboard, the clients, one client."""
