neurode analyze fixed-points --help
