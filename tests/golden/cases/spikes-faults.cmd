neurode run bad/spikes.toml
