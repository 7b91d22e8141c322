"""A JSON document with one long list: cut between two elements of it, each read as it is in the whole.

The scanner of the standard library says where an element ends: the same one that reads it, so that the two cannot
disagree on what is JSON.
"""
