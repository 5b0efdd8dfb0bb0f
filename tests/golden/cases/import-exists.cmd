neurode import ode/left_out.ode -q
neurode import ode/left_out.ode
