neurode compare fitzhugh_nagumo.toml --integrators tsit5,rosenbrock32
