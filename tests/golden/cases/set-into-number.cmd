neurode check scenarios/xor.toml --set time.end.x=3
