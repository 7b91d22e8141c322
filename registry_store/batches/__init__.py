"""Batches: files on their way: uploaded, cut, decided, ended, shown."""
