"""neurode: continuous-time neurodynamics. `neurode.files` opens result files, `neurode.plot` draws them."""
