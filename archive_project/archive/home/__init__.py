"""The first page of Archive."""
