neurode check bad/data_sequence.toml
