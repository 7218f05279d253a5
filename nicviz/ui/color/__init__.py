"""The parts of the Color page."""
