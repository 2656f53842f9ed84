"""Invoices: drafted from agreements and facts, issued once, never altered."""
