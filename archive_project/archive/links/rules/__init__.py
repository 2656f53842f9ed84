"""The pure rules of links."""
