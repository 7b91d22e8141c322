"""Looks for a value that satisfies a set of formulas, or shows that there is none.

A goal is a set of formulas about one value. It is decided kind by kind: formulas are reduced to what
they say of that kind, alternatives are branched over, and what remains are literals that one theory
(numbers, strings, arrays, objects) decides, with goals of its own for members and elements.

A goal that comes back within itself is cut: JSON values are finite, so a value of least height never
needs one like it inside. That decides recursive schemas; it is induction over the height of values.

Source: L. Attouche et al., Witness Generation for JSON Schema, PVLDB 15 (2022), for the idea of theories
by kind; the rest is a tableau calculus.
"""
