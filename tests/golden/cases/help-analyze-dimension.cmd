neurode analyze dimension --help
