"""Records: what is known of a company in fields, such as domains, and what expires."""
