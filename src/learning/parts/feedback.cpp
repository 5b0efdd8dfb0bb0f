#include "learning/parts/feedback.hpp"

#include <cmath>

#include "neurode/core/random.hpp"

namespace neurode::learning {

ValueId feedback(const Setup& setup, network::Assembly& a, const std::string& name, Index n, Index m,
                 const std::string& rows, const std::string& columns) {
  const CounterRandom random(setup.scenario.seed, name);
  Matrix b(n, m);
  const double std = setup.rule.number("gain") / std::sqrt(static_cast<double>(m));
  for (Index i = 0; i < b.size(); ++i) b.data()[i] = std * random.normal(static_cast<std::uint64_t>(i));
  const ValueId v = a.program.constant(std::move(b));
  a.named.push_back({name, v, "", "fixed weights by which errors come back", rows, columns, false, n, m, rows});
  return v;
}

}  // namespace neurode::learning
