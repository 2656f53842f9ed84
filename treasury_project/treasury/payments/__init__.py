"""Money received, what it pays, what is given back, and what is written off."""
