neurode
