neurode list models hodgkin_huxley
