neurode plot --help
