"""What a category version that is not published yet would do: to what is stored, and to those who send."""
