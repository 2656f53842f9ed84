"""What Treasury knows of a company beside Nexus: its taxes and where its invoices go."""
