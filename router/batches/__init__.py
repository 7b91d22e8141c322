"""Batches on their way: cut, dispatched chunk by chunk, ended with one receipt. The doors are elsewhere."""
