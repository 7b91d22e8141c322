"""The HTTP door: messages in, receipts, records and bundles out."""
