"""Training of CompressAI's image codecs, at any width, on a folder of photographs."""
