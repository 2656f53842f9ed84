"""The first page of Treasury."""
