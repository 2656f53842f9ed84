"""Rules of articles: merging, comparing, the tree. Pure Python."""
