"""What clients owe: statements, and receivables by age."""
