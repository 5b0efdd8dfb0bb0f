neurode compare bad/ranges.toml
