"""Entropy coding of latents: tables, priors, context models, the container."""
