"""The parts of the Fourier heatmap page."""
