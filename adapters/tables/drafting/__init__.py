"""Drafts of mapping profiles: what a partner's columns most likely mean, from headings and values, with reasons.

Pure and deterministic: the same file and catalogue give the same draft, and nothing leaves this machine.
"""
