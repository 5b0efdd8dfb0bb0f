neurode list losses --json
