"""Runbooks: an article followed step by step for a company, and the evidence of it."""
