"""Lint of category documents: what a steward should mend before others rely on it.

One check a file, all in the tuple of `linting.py`; each is a pure function of a `Draft`. What the closed
profile refuses is found here, too, with a place and what to do; the rest a schema cannot say.
"""
