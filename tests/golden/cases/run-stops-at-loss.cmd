neurode run xor.toml --set time.stop.loss=0.1
