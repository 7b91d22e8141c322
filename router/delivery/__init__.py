"""Sending what was cut: `hub relay`. Bundles by AMQP and webhook, receipts that were left over.

`relay` puts it together; `cutting`, `snapshotting`, `dispatch` and `receipts` are its loops, each
supervised on its own; `amqp` and `webhook` are the ways.
"""
