"""pyarrow, of which the hub uses Parquet alone: loaded when the first Parquet file comes, since it is large."""

import importlib
from functools import lru_cache
from typing import Any, NamedTuple


class Arrow(NamedTuple):
    """`arrow`, its `compute` functions and its `parquet` files. `failures`: what they raise for damaged files."""

    arrow: Any
    compute: Any
    parquet: Any
    failures: tuple[type[Exception], ...]


@lru_cache(maxsize=1)
def library() -> Arrow:
    arrow = importlib.import_module("pyarrow")
    failures = (arrow.ArrowException, OSError, ValueError, MemoryError, OverflowError)
    # Other pools keep what was freed, a hundred megabytes of it.
    arrow.set_memory_pool(arrow.system_memory_pool())
    compute = importlib.import_module("pyarrow.compute")
    return Arrow(arrow, compute, importlib.import_module("pyarrow.parquet"), failures)
