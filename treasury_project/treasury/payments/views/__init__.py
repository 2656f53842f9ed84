"""Pages about money received."""
