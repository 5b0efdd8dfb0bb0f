neurode run explosive.toml --set integrator.method=euler --set integrator.dt=0.01
