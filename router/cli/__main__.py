"""`python -m router.cli`: what the `hub` script hands over to."""

from router.cli import build_app

build_app()(prog_name="hub")
