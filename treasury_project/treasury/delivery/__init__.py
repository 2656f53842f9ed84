"""Sending invoices, reminders and statements by e-mail: queued, tried, and the log of it."""
