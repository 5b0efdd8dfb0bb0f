neurode schema --help
