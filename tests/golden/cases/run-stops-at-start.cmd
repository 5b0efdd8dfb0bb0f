neurode run xor.toml --set 'time.stop={ when = "output.a[0] < 1" }'
