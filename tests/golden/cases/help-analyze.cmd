neurode analyze --help
