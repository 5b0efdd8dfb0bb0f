neurode import ode/morris_lecar.ode -o -
