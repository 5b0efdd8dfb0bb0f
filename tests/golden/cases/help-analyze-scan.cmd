neurode analyze scan --help
