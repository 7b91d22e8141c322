"""The question itself: pairs of declarations, old and new, and what one allows and the other does not."""
