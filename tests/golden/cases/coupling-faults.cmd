neurode run bad/coupling.toml
