"""What is new and changed, for feed readers (Atom, RFC 4287)."""
