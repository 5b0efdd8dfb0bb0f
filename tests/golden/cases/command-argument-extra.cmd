neurode run xor.toml fitzhugh_nagumo.toml
