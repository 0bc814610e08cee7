"""The pipeline in the API."""

import pipeline.problems  # noqa: F401 - makes problems of steps that cannot be started
