neurode check xor.toml --set time.end.x=3
