neurode check bad/extends.toml
