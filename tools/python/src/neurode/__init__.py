"""neurode: continuous-time neurodynamics."""
