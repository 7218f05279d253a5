"""Networks: built from a checkpoint, folded for inference, kept loaded."""
