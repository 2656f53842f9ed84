"""The pure rules of search: what a query says, and what a typing mistake meant."""
