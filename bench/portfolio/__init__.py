"""Portfolios as a legacy system would send them: any number of assets, with faults sown in known places.

Everything of an asset follows from the seed and its number, so that the same portfolio can be written again
in another format, order or spelling, one block of rows at a time.
"""
