neurode analyze spectrum --help
