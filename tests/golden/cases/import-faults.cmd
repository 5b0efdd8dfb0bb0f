neurode import ode/faults.ode
