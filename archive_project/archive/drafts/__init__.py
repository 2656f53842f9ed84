"""What is being written: drafts before they are saved, and who writes at the same time."""
