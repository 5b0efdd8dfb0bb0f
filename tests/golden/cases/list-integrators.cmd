neurode list integrators
