"""Weight updates: optimizers, batches, and the training loop."""
