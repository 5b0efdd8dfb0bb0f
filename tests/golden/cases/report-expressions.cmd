neurode check bad/report.toml
