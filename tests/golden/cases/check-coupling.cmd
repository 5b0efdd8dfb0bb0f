neurode check coupling.toml
