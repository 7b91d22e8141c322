"""JSON Lines: one item a line, in files of any size.

Source: jsonlines.org (UTF-8, each line a JSON value, lines ended by LF).
"""
