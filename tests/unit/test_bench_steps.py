"""The benchmark of intake names functions of the hub: a renamed one must not go unnoticed."""

from functools import reduce
from importlib import import_module

import pytest

from bench.profiling import STEPS


@pytest.mark.parametrize("step", STEPS)
def test_each_step_that_is_timed_is_a_function_of_the_hub(step: str) -> None:
    module, path = STEPS[step]
    assert callable(reduce(getattr, path.split("."), import_module(module)))
