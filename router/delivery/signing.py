"""Webhook secrets and signatures.

A secret is derived from the hub's key and the subscription: nothing that signs is stored, so nothing
can be read from a database or a backup of it. It is shown when the subscription is made; `generation`
in the target makes a new one. The hub's key lost means all secrets anew.

Source: Standard Webhooks 1.0, https://www.standardwebhooks.com ("Signature scheme", symmetric).
"""

import base64
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from contracts.canonical import derived


def webhook_secret(hub_key: bytes, subscription: str, generation: int) -> str:
    """`whsec_` and 32 bytes in base64."""
    signing_key = derived(hub_key, "fmar webhook signing keys")
    secret = derived(signing_key, subscription, str(generation))
    return "whsec_" + base64.b64encode(secret).decode()


def signed_headers(secret: str, *, message_id: str, sent_at: datetime, body: str) -> dict[str, str]:
    """The three headers of the specification. `sent_at` is in UTC and the receiver's guard against replay."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, sent_at, body),
    }
