neurode analyze basins --help
