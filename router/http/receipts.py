"""A stored receipt as its sender reads it: in the format of the message, or as JSON."""

import mimeparse
import orjson
from fastapi import Response

from adapters import Adapter, adapter_for
from registry_store.submissions import StoredReceipt

#: The receipt as the hub keeps it, in full.
CANONICAL = "application/json"


def receipt_in_form(adapters: tuple[Adapter, ...], stored: StoredReceipt, accept: str) -> Response:
    adapter = adapter_for(adapters, stored.media_type) or adapters[0]
    media_type, body = adapter.encode_receipt(orjson.loads(stored.receipt))
    if _likes_best(accept, media_type) == CANONICAL:
        media_type, body = CANONICAL, stored.receipt
    return Response(body, 200, media_type=media_type, headers={"vary": "Accept"})


def _likes_best(accept: str, own: str) -> str:
    """The canonical receipt where it is asked for, else the format of the message."""
    try:
        # Of several that fit equally well mimeparse takes the last.
        return mimeparse.best_match([CANONICAL, own], accept) or own
    except mimeparse.MimeTypeParseException:
        return own
