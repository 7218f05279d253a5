"""Which neural codecs there are: the compact family, CompressAI's zoo, checkpoints of one's own."""
