neurode run xor.toml --set 'time.stop={ when = "hidden.b[0] > 1" }' --set 'record.variables=["hidden.v"]' --set 'integrator.atol={ weight = 1e-6 }'
