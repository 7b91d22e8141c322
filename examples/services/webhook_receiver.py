# ruff: noqa: INP001 - a program, in no package
"""A partner's side of webhooks, as small as it can be: verify, take once, answer, print.

    HUB_WEBHOOK_SECRET=whsec_... ./hub python examples/services/webhook_receiver.py [--port 8765] [--json]

A receiver of one's own needs the same four steps, in this order. What was taken is remembered here in
memory alone: keep it with what is done with the notifications, in one transaction.
Source: Standard Webhooks 1.0, https://www.standardwebhooks.com.
"""

import argparse
import json
import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

MOST_BYTES = 8_000_000


class Receiver:
    """What is done with a request. `take` gets each notification once, in order."""

    def __init__(self, secret: str, take: Callable[[dict[str, Any]], None]) -> None:
        self._webhook = Webhook(secret)
        self._take = take
        self._last_sequence: dict[tuple[str, int], int] = {}
        self._one_at_a_time = Lock()

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """The status to answer with. 2xx says: taken for good, never send it again."""
        try:
            bundle = self._webhook.verify(body, headers)
        except WebhookVerificationError:
            return 401
        feed = (bundle["subscription"], bundle["epoch"])
        with self._one_at_a_time:
            for notification in bundle["notifications"]:
                # The hub sends again what it does not know to be taken: the same numbers, the same bytes.
                if notification["sequence"] > self._last_sequence.get(feed, 0):
                    self._take(notification)
                    self._last_sequence[feed] = notification["sequence"]
        return 204


def serve(receiver: Receiver, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, to be run by `serve_forever`. Port 0: any free one."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > MOST_BYTES:
                self._answer(413)
                return
            self._answer(receiver.receive(dict(self.headers.items()), self.rfile.read(length)))

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: what is taken is printed, and that is enough."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _print(notification: dict[str, Any]) -> None:
    record = notification["record"]
    was = json.dumps(notification["previous"]) if "previous" in notification else ""
    line = f"{notification['sequence']:>6}  {notification['event']:<22}  {record['id']}  {was}"
    print(line.rstrip(), flush=True)  # noqa: T201 - what this program is for


def _print_json(notification: dict[str, Any]) -> None:
    print(json.dumps(notification), flush=True)  # noqa: T201 - what this program is for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--json", action="store_true", help="print whole notifications, one a line")
    options = parser.parse_args()
    take = _print_json if options.json else _print
    server = serve(Receiver(os.environ["HUB_WEBHOOK_SECRET"], take), options.port)
    server.serve_forever()


if __name__ == "__main__":
    main()
