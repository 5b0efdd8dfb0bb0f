neurode analyze continue --help
