"""From an image to a bitstream or an estimate."""
