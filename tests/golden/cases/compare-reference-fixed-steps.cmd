neurode compare fitzhugh_nagumo.toml --reference euler
