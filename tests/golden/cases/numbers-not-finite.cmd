neurode run bad/nonfinite.toml
