"""The pages of Archive."""
