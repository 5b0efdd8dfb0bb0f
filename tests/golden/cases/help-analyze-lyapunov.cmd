neurode analyze lyapunov --help
