#include "integrate/runge_kutta/stepper.hpp"

namespace neurode::integrate {

template std::unique_ptr<Stepper> make_stages<12, false>(const Tableau&, System&, Statistics&, const Options&);

}  // namespace neurode::integrate
