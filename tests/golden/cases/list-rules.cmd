neurode list rules
