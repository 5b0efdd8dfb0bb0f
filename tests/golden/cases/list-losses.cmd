neurode list losses
