neurode check xor.toml --set learning.mode=coupled --set population.hidden.activation=tanh
