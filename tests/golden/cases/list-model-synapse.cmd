neurode list models tsodyks_markram
