neurode run bad
