"""The managed service provider itself: what its invoices say about it, and its policies."""
