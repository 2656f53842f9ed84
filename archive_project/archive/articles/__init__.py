"""Articles and their revisions: writing, merging, rendering, finding."""
