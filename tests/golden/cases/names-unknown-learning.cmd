neurode run bad/names_learning.toml
