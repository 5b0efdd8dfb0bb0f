#include <algorithm>
#include <array>

#include "integrate/method_list.hpp"

namespace neurode::integrate {

// Defined in methods/NAME.cpp.
Method adams_bashforth_moulton();
MethodEntry ark436();
MethodEntry automatic();
const Tableau& bs3();
Method bulirsch_stoer();
const Tableau& cash_karp54();
MethodEntry cvode_adams();
MethodEntry cvode_bdf();
const Tableau& dop853();
const Tableau& dopri5();
const Tableau& euler();
MethodEntry euler_maruyama();
MethodEntry exponential_euler();
MethodEntry exprb32();
MethodEntry exprb43();
const Tableau& fehlberg78();
const Tableau& heun();
MethodEntry heun_stratonovich();
MethodEntry implicit_euler();
MethodEntry implicit_midpoint();
const Tableau& midpoint();
MethodEntry milstein();
Method odeint_dopri5();
const Tableau& rk4();
MethodEntry rkc2();
MethodEntry rock2();
MethodEntry rock4();
const RosenbrockTableau& rodas4();
const RosenbrockTableau& rodas5p();
const RosenbrockTableau& ros3p();
const RosenbrockTableau& rosenbrock23();
MethodEntry semi_implicit_euler();
MethodEntry sra1();
MethodEntry sriw1();
const Tableau& tsit5();

namespace {

template <const Tableau& (*tableau)()>
Method runge_kutta() {
  return {runge_kutta_entry<tableau>(), &tableau(), nullptr};
}

template <const RosenbrockTableau& (*tableau)()>
Method rosenbrock() {
  return {rosenbrock_entry<tableau>(), nullptr, &tableau()};
}

}  // namespace

const std::vector<Method>& method_list() {
  static const std::vector<Method> list = {
      adams_bashforth_moulton(),
#ifdef NEURODE_HAVE_SUNDIALS
      {ark436()},
#endif
      {automatic()},
      runge_kutta<bs3>(),
      bulirsch_stoer(),
      runge_kutta<cash_karp54>(),
#ifdef NEURODE_HAVE_SUNDIALS
      {cvode_adams()},
      {cvode_bdf()},
#endif
      runge_kutta<dop853>(),
      runge_kutta<dopri5>(),
      runge_kutta<euler>(),
      {euler_maruyama()},
      {exponential_euler()},
      {exprb32()},
      {exprb43()},
      runge_kutta<fehlberg78>(),
      runge_kutta<heun>(),
      {heun_stratonovich()},
      {implicit_euler()},
      {implicit_midpoint()},
      runge_kutta<midpoint>(),
      {milstein()},
      odeint_dopri5(),
      runge_kutta<rk4>(),
      {rkc2()},
      {rock2()},
      {rock4()},
      rosenbrock<rodas4>(),
      rosenbrock<rodas5p>(),
      rosenbrock<ros3p>(),
      rosenbrock<rosenbrock23>(),
      {semi_implicit_euler()},
      {sra1()},
      {sriw1()},
      runge_kutta<tsit5>(),
  };
  return list;
}

const std::vector<MethodEntry>& methods() {
  static const std::vector<MethodEntry> entries = [] {
    std::vector<MethodEntry> e;
    for (const auto& m : method_list()) e.push_back(m.entry);
    return e;
  }();
  return entries;
}

std::string_view missing_library(std::string_view name) {
  constexpr std::array<std::string_view, 3> kOfSundials = {"ark436", "cvode_adams", "cvode_bdf"};
  const bool known = std::find(kOfSundials.begin(), kOfSundials.end(), name) != kOfSundials.end();
  return known && find_entry(methods(), name) == nullptr ? "SUNDIALS" : "";
}

}  // namespace neurode::integrate
