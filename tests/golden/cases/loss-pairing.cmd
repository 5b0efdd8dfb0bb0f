neurode check bad/loss_pairing.toml
