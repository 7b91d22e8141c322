"""One process that answers pairs, one line of JSON each: `python -m router.category_worker`.

It stands apart so that a crash or hang of a native library in one pair cannot take others along.
A line in: {"text": the bytes of the pair, each as one character, "folders": [...], "mode": ...}. A line out: the answer.
"""

import json
import signal
import sys
from pathlib import Path
from types import FrameType

import orjson

from registry_store.containment.checking import Mode
from router.category_pairs import Answer, PairRefused, answered, read_json

#: Processor time for one pair: a last resort, where steps bound what can be counted.
PATIENCE_SECONDS = 12
#: Deep enough for every schema that is admitted; a RecursionError is answered, not fatal.
_FRAMES = 5000


class _TimeUpError(Exception):
    """The pair took too long."""


def main() -> None:
    sys.setrecursionlimit(_FRAMES)
    signal.signal(signal.SIGPROF, _time_up)
    for line in sys.stdin.buffer:
        request = orjson.loads(line)
        folders = tuple(Path(folder) for folder in request["folders"])
        sys.stdout.buffer.write(
            _answer(request["text"].encode("latin-1"), folders, request["mode"]) + b"\n"
        )
        sys.stdout.buffer.flush()


def _answer(text: bytes, folders: tuple[Path, ...], mode: Mode) -> bytes:
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_SECONDS)
    try:
        answer = answered(read_json(text), folders, mode)
    except PairRefused as refused:
        answer = {"error": str(refused)}
    except _TimeUpError:
        answer = no_answer(f"no answer within {PATIENCE_SECONDS} s of processor time")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return _encoded(answer)


def no_answer(cause: str) -> Answer:
    """The answer for a pair on which the work was broken off."""
    return {"backward": "unproved", "counterexample": None, "method": cause, "differences": []}


def _encoded(answer: Answer) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


def _time_up(_signal: int, _frame: FrameType | None) -> None:
    raise _TimeUpError


if __name__ == "__main__":
    main()
