neurode run xor.toml --set population.hidden.tau=-1 --set integrator.method=3 --set 'time.stop.when="hidden.b[0] > 1"'
