neurode list
