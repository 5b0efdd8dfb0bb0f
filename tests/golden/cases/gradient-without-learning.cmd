neurode check --gradient report.toml
