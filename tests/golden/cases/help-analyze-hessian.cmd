neurode analyze hessian --help
