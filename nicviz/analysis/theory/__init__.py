"""Theory: power spectra of sets, principal components, the linear codec, rate–distortion functions."""
