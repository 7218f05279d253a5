"""A look inside: what a codec codes of a picture, where its bits go, and what becomes of a latent that is changed."""
