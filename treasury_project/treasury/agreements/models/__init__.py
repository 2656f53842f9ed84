"""Agreements, their additions with tiers and discounts, and prepaid hours."""

from treasury.agreements.models.addition import Addition, Discount, Tier
from treasury.agreements.models.agreement import Agreement, Renewal
from treasury.agreements.models.prepaid import Allowance, PrepaidBlock

__all__ = ["Addition", "Agreement", "Allowance", "Discount", "PrepaidBlock", "Renewal", "Tier"]
