"""What is asked of a picture or a set: the same for the pages and the command line."""
