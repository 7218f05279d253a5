"""The parts of the Latents page."""
