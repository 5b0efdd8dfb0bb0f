neurode list exporters
