neurode --help
