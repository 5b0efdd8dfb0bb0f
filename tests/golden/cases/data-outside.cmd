neurode check bad/outside.toml
