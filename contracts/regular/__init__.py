"""Regular languages over Unicode code points: patterns read exactly, compared without building automata.

A language is a `Term`; questions about it are answered by its derivatives, one character at a time and
only as far as the question needs. Why no library: docs/decisions, "Containment of JSON Schemas".

Source: J. Brzozowski, Derivatives of Regular Expressions, JACM 11 (1964).
"""
