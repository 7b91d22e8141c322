"""Logs: structured, dotted event names, ids as fields; never payloads, secrets or personal data."""

import logging
import sys

import structlog


def configure_logging(level: str, *, process: str) -> None:
    """Write one line per event to standard error: JSON, or readable where that is a terminal.

    `level` is debug, info, warning or error; `process` names the role on every line.
    """
    readable = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info
            if not readable
            else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
