neurode run bad/softmax_hidden.toml
