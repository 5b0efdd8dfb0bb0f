neurode list --build
