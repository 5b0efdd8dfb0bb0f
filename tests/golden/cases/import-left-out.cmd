neurode import ode/left_out.ode
