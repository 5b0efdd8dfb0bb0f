neurode info --help
