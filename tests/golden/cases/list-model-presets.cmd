neurode list models morris_lecar
