neurode run xor.toml --set seed --set =3 --set integrator.rtol= --set seed=1e-3x --set population..size=3
