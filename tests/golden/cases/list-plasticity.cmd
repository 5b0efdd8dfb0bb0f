neurode list plasticity
