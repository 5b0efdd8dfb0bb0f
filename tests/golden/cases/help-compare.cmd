neurode compare --help
