"""Recurring revenue and what moved it; profit per client."""
