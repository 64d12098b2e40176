"""A driver package that somebody else might have written: jumptab knows nothing of it but the class name."""
