neurode check units_udunits.toml
