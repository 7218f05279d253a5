"""Rate–distortion: curves, Bjøntegaard's deltas, published figures."""
