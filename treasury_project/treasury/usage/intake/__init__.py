"""Rows from outside (a file, an RMM, a ticket system) become devices, readings and work."""
