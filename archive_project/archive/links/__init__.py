"""Links between articles: rows made on save, so that nobody follows one into nothing."""
