"""Items: something to do for a company, open until it is done."""
