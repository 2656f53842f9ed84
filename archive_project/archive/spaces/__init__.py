"""Spaces: where articles live, and whose they are."""
