#include <cmath>

#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

static double expected(const ConnectivityContext& context) {
  return context.parameters.number("p") * static_cast<double>(context.pre.size) *
         static_cast<double>(context.post.size);
}

/// Pairs are not asked one by one: the distance from one connection of a row to the next is geometric.
/// @par Source  V. Batagelj, U. Brandes, Phys. Rev. E 71 (2005) 036113
static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const bool self = read_self(context, diagnostics);
  const double p = context.parameters.number("p"), log_gap = std::log1p(-p);
  const RowRandom random(context);
  const Index candidates = context.pre.size - (self ? 0 : 1);
  const auto row = [&](Index i, std::size_t, std::vector<std::int32_t>& columns) {
    Index at = -1;
    for (std::uint64_t k = 0; p > 0; ++k) {
      const double skip = std::floor(std::log(random.uniform(i, k)) / log_gap);
      if (!(skip < static_cast<double>(candidates - at - 1))) break;
      at += 1 + static_cast<Index>(skip);
      columns.push_back(static_cast<std::int32_t>(!self && at >= i ? at + 1 : at));
    }
  };
  return sparse_connections(pattern_by_rows(context.post.size, context.pre.size, row));
}

ConnectivityEntry fixed_probability_connectivity() {
  return {{"fixed_probability",
           "each pair is connected with probability p, independently of the others",
           {ParameterSpec::make(Kind::number, "p", "probability").at_least(0).at_most(1).needed(), self_parameter()},
           "E. N. Gilbert, Ann. Math. Stat. 30 (1959) 1141-1144",
           ""},
          expected,
          connect};
}

}  // namespace neurode::network
