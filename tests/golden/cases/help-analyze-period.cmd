neurode analyze period --help
