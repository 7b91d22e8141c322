"""The outcome file: the answer to a file row by row, in the layout of the file, or as a plain list.

Outcomes are those of a receipt (`Outcome.as_json()`), in the order of the file. Nothing here knows a clock or how
often a batch was interrupted: the same file and outcomes give the same bytes. What comes is read from a source
that is given, and what goes out is handed over in pieces, so that a file of any size takes little memory.
"""
