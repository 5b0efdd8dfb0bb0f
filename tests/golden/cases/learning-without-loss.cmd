neurode run bad/no_loss.toml
