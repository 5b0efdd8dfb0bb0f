neurode import ode/nothing.ode
