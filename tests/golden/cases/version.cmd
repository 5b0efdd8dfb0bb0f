neurode --version
