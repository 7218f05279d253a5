"""What codecs do to colors."""
