"""Rules of attachments: kinds of files, ranges of bytes. Pure Python."""
