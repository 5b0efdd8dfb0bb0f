neurode run xor.toml --set integrator.method=cvode_bdf --set integrator.control=PI
