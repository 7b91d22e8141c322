"""The examples of templates are what the templates give."""

import pytest

from tests.support.table_examples import EXAMPLES, made


@pytest.mark.parametrize(("name", "body"), [pytest.param(*each, id=each[0]) for each in made()])
def test_an_example_is_what_its_template_gives(name: str, body: bytes) -> None:
    assert (EXAMPLES / name).read_bytes() == body, (
        "run ./hub python -m tests.support.table_examples"
    )
