neurode run bad/plasticity.toml
