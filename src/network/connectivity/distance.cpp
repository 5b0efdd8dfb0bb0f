#include "network/connectivity/distance.hpp"
#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

/// Of all pairs within reach, as if none lay at the edge.
static double expected(const ConnectivityContext& context) {
  const Profile profile = read_profile(context.parameters);
  Diagnostics none;
  const auto distance = read_distance(context.parameters, context.source, context.post.shape, context.pre.shape, none);
  if (!distance) return 0;
  double neurons = context.pre.shape.size() == 3 ? static_cast<double>(context.pre.shape[0]) : 1;
  for (const auto& axis : distance->axes()) {
    const double n = static_cast<double>(axis.pre);
    neurons *= std::min(n, 2 * profile.reach() / axis.length * n + 1);
  }
  return context.parameters.number("p") * neurons * static_cast<double>(context.post.size);
}

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const bool self = read_self(context, diagnostics);
  const auto distance =
      read_distance(context.parameters, context.source, context.post.shape, context.pre.shape, diagnostics);
  if (!distance) return {};
  const Profile profile = read_profile(context.parameters);
  const double p = context.parameters.number("p"), reach = profile.reach();
  const CounterRandom random(context.scenario.seed, context.name + ".connections");
  const auto row = [&](Index i, std::size_t, std::vector<std::int32_t>& columns) {
    distance->for_each_near(i, reach, [&](Index j, double d) {
      const auto pair =
          static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(context.pre.size) + static_cast<std::uint64_t>(j);
      if ((!self && i == j) || random.uniform(pair) >= p * profile.at(d)) return;
      columns.push_back(static_cast<std::int32_t>(j));
    });
    std::sort(columns.begin(), columns.end());
  };
  return sparse_connections(pattern_by_rows(context.post.size, context.pre.size, row));
}

ConnectivityEntry distance_connectivity() {
  ParameterTable t = {
      ParameterSpec::make(Kind::number, "p", "probability at distance 0").above(0).at_most(1).standard(1.0)};
  for (const auto& more : {profile_parameters(false), distance_parameters()})
    t.insert(t.end(), more.begin(), more.end());
  t.push_back(self_parameter());
  return {
      {"distance", "each pair is connected with a probability that falls with the distance on a line, ring or sheet",
       std::move(t), "", "populations on lines or sheets (`shape`)"},
      expected,
      connect};
}

}  // namespace neurode::network
