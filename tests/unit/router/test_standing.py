"""Something that goes and comes is told at its turns alone."""

from router.standing import Standing


def test_it_is_told_once_when_it_goes_and_once_when_it_is_back() -> None:
    standing = Standing()
    assert [standing.comes(), standing.comes()] == [False, False]
    assert [standing.goes(), standing.goes(), standing.goes()] == [True, False, False]
    assert [standing.comes(), standing.comes()] == [True, False]
    assert standing.goes()
