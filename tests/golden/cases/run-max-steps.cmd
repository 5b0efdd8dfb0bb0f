neurode run xor.toml --set integrator.max_steps=3
