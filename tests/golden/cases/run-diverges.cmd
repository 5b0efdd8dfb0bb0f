neurode run fitzhugh_nagumo.toml
