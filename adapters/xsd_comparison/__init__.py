"""XML schemas compared: is every document that is valid under the old one valid under the new one?

Both are read into one model (element declarations, ordered content, texts as regular languages), in which
the question is answered exactly for most schemas; what is not is named, and searched for counterexamples.
A counterexample counts only where lxml and xmlschema both say so.

Source: XML Schema 1.0 parts 1 and 2 (second edition).
"""
