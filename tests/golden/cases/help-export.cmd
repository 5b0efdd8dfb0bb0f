neurode export --help
