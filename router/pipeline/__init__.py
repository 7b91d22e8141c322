"""The pipeline: decode, load, decide, write: one path for one message and for a million."""
