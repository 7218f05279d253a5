"""One unit of work and its result as plain values."""
