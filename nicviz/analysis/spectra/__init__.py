"""Error spectra of codecs over pictures."""
