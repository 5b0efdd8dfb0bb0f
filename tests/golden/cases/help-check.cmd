neurode check --help
