neurode run bad/plasticity_states.toml
