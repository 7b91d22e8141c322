"""Groups of messages that are decided side by side, each by a worker of its own."""

from collections.abc import Sequence
from typing import Any

import pytest

from contracts.messages import Envelope
from tests.support.interleaving import interleave
from tests.support.registry import Registry, receipt

#: A few in every run, many more in the slow one.
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(5, 60))]


def race(registry: Registry, seed: int, *groups: Sequence[Envelope]) -> list[list[dict[str, Any]]]:
    """The receipts of groups that are decided side by side, each by a worker of its own."""

    def work(group: Sequence[Envelope]) -> Any:
        def run(step: Any) -> list[dict[str, Any]]:
            pipeline = registry.new_pipeline(step)
            try:
                return [receipt(answer) for answer in pipeline.process(group)]
            finally:
                pipeline.close()

        return run

    return interleave(seed, [work(group) for group in groups])


def statuses(results: list[list[dict[str, Any]]]) -> list[str]:
    return [item["status"] for receipts in results for each in receipts for item in each["items"]]
