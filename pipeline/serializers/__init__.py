"""What the API reads and shows of the pipeline."""
