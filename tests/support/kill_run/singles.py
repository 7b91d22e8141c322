"""A few messages of other partners, sent one by one while the batch runs."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.kill_run.plan import Load
from tests.support.kill_run.watching import Decided
from tests.support.registry import heat_pump

Message = tuple[str, bytes]
_LONDON = {"gsp_group": "_C", "area": "LPN"}


def script(partner: str, count: int, first_point: int) -> list[Message]:
    """(message id, body): pumps, each registered by one message and amended by the next."""
    messages: list[Message] = []

    def say(id: str, command: str, data: dict[str, Any]) -> None:
        body = {
            "specversion": "1.0",
            "id": id,
            "source": f"/{partner}",
            "type": f"fmar.{command}.v1",
            "data": data,
        }
        messages.append((id, json.dumps(body, sort_keys=True).encode()))

    for number in range((count + 1) // 2):
        ref = {"ref": f"hp-{number}"}
        pump = heat_pump(f"{partner}-{number}", first_point + number, network=_LONDON, refs=[ref])
        patch = {"attributes": {"import_capacity_kw": number + 4}}
        say(f"register-{number}", "asset.register", pump)
        say(f"amend-{number}", "asset.amend", {"asset": ref, "patch": patch})
    return messages[:count]


async def spread(
    load: Load,
    decided: Decided,
    messages: list[Message],
    send: Callable[[list[Message]], Awaitable[None]],
) -> None:
    """Each message after its share of the rows."""
    for number, message in enumerate(messages):
        await decided.reach(number * load.rows // (len(messages) + 1))
        await send([message])
