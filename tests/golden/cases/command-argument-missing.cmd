neurode run
