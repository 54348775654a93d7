"""What measures speed and quality of execution; each figure beside its peer or floor."""
