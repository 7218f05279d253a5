"""The parts of the rate–distortion page."""
