"""Files of articles: kept by their content, read by whoever may read the article."""
