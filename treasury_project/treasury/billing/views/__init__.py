"""The pages of running the month."""
