"""The language of the hub: frozen values that every other folder speaks.

No I/O, no clock, no randomness: times and ids are passed in.
"""
