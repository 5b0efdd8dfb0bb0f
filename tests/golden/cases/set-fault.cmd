neurode run xor.toml --set population.hidden.tau=-1 --set integrator.method=tsit6 --set 'time.stop.when="hidden.b[0] > 1"'
