neurode list models lorens
