"""Layers, dropout and losses: networks from the operations of `autograd`."""
