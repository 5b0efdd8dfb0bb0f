neurode list models
