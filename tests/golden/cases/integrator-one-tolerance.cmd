neurode run scenarios/xor_coupled.toml --set integrator.method=odeint_dopri5 --set 'integrator.atol={ activity = 1e-9, weights = 1e-7 }'
