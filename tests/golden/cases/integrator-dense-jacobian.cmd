neurode run scenarios/random_network.toml --set population.unit.size=3000 --set integrator.method=rodas5p
