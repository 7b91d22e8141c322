"""What a sender of each format notices of a new category version: derived from the forms that it is sent in."""
