"""Tax rates: what is owed for a category of goods in a region, from when until when."""
