neurode run bad/plastic_without_learning.toml
