"""Running the month: draft, look at what changed, approve."""
