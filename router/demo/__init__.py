"""`hub demo`: the whole hub on `examples/`, through real doors, each step checked.

`running` has a hub of its own up and down again, `doors` are the partners as they send, `subscribers`
as they listen, `story` is what happens, `account` what is remembered of it, `printing` shows it.
"""
