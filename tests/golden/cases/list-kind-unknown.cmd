neurode list modles
