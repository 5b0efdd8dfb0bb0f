neurode analyze timescales --help
