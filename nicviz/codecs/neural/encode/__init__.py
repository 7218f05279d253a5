"""From an image to a bitstream or an estimate: the coder, many images at once, the search for a latent."""
