"""Fourier heatmaps: what each single frequency, added to an image, does to a codec."""
