neurode check bad/report_keys.toml
