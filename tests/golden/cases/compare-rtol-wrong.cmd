neurode compare fitzhugh_nagumo.toml --rtol 1e-3:1
