"""What was agreed with a client: agreements and their additions."""
