# Refused before the run, which would take for ever.
neurode run fitzhugh_nagumo.toml --set time.end=1e12 -o xor.toml/mine.h5
