neurode check --gradient scenarios/oja.toml
