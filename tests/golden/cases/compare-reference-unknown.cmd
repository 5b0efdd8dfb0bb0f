neurode compare fitzhugh_nagumo.toml --reference dop835@1e-12
