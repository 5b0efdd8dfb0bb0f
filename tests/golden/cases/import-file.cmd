neurode import ode/morris_lecar.ode -q
neurode check morris_lecar.toml
