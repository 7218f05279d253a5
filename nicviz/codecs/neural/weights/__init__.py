"""Files of weights: where they are (locate, download, published), what is in them (read, sparse), how made (write)."""
