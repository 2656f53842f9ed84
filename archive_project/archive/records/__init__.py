"""Records: what is known of a company in fields (domains, licences, warranties), and what expires."""
