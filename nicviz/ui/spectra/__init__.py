"""The parts of the Spectra page."""
