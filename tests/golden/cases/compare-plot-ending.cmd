neurode compare fitzhugh_nagumo.toml --plot work.pdf
