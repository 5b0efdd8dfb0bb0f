neurode suggest --help
