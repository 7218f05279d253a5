"""From images to bitstreams, estimates and latents: one (coder), many (batch), near another (near), searched."""
