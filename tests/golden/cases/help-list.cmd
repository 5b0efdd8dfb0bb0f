neurode list --help
