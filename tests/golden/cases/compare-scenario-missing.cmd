neurode compare bad/nowhere.toml
