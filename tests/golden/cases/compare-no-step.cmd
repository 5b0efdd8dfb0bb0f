neurode compare xor.toml --integrators tsit5,rk4
