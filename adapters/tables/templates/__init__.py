"""Templates: the hub's own layouts of tables, each derived from a category's schema and the table of item
members. A template is a mapping profile like any other, so that the same engine reads it; writing and the
files that people fill in are made from the same columns.
"""
