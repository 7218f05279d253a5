"""Networks: built from tensors (build), folded for speed (fold), kept loaded (models)."""
