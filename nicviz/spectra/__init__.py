"""Power spectra, radial profiles, bands, the Fourier basis: arrays in, arrays out."""
