"""The commands of `python -m nicviz`, one a file; each adds its arguments to the parser and runs."""
