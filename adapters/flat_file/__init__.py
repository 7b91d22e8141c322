"""Flat files of the GB market: pipe-separated records, one a line, in user-file or pool-file dress.

`dress` checks header and trailer of any flow. Of the hub's own flows `layout` says what the fields are:
derived from the table of item members and from the category schemas, in positions that never change.
"""
