neurode check --gradient feedback.toml
