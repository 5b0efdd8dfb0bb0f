neurode list monitors
