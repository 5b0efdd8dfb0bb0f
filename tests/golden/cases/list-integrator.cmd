neurode list integrators tsit5
