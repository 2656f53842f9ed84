"""Finding articles: the index, the vocabulary, and what people look for."""
