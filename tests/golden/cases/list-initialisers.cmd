neurode list initialisers
