"""Parquet read as a table: what the footer declares is bounded before anything is read, then rows in batches.

Source: the Apache Parquet format, version 2.
"""
