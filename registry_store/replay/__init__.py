"""Replays: what is stored, decided again by a category version that is not published yet. Nothing is changed."""
