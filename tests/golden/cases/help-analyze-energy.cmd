neurode analyze energy --help
