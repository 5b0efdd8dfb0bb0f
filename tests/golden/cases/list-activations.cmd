neurode list activations
