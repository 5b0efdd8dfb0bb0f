neurode analyze phase-plane --help
