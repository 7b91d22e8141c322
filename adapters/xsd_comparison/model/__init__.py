"""A schema as the comparison sees it: declarations, ordered content, attributes, texts."""
