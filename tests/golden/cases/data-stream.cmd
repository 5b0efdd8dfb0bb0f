neurode check bad/data_stream.toml
