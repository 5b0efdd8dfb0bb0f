neurode run xor.toml --set 'integrator={ method = "rk4", dt = 0.1, control = "PI" }'
