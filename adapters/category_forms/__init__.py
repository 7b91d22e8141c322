"""Forms of a category for people and their programs: each a pure function of the category alone.

`documentation`: a page in Markdown. `example`: a registration in hub JSON. `form`: what a user interface
needs to ask for an asset.
"""
