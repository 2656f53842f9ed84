"""Issued invoices as files for bookkeeping: plain CSV, QuickBooks Online, Xero."""
