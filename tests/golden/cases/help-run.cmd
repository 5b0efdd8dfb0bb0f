neurode run --help
