"""What readers say: comments, watching with a digest by mail, "was this helpful", reviews."""
