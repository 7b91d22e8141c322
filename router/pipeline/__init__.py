"""The pipeline: decode, load, decide, write: one path for one message and for a million."""

from router.pipeline.pipeline import Pipeline

__all__ = ["Pipeline"]
