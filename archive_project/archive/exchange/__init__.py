"""Articles in and out: Markdown, HTML and DOCX in; Markdown out. Nothing is written to disk."""
