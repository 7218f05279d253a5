"""What a run of `sweep` says: figures with intervals, curves, spectra, and the papers' claims."""
