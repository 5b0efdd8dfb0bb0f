neurode report --help
