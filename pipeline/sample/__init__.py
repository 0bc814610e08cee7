"""A made-up team's work of sixty days, so that a new installation has something to show."""

from pipeline.sample.story import is_unused, load

__all__ = ["is_unused", "load"]
