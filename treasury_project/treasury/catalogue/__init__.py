"""What the provider sells: products and their dated prices."""
