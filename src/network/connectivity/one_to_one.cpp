#include <fmt/format.h>

#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  if (context.pre.size != context.post.size) {
    report(context, "", "one to one needs two populations of one size",
           fmt::format("\"{}\" has {} neurons, \"{}\" has {}", context.pre.name, context.pre.size, context.post.name,
                       context.post.size),
           "equal sizes", diagnostics);
    return {};
  }
  Connections c;
  c.wiring = std::make_shared<Wiring>();
  c.wiring->kind = Wiring::Kind::one_to_one;
  return c;
}

ConnectivityEntry one_to_one_connectivity() {
  return {{"one_to_one",
           "neuron i of FROM reaches neuron i of TO; one weight a neuron",
           {},
           "",
           "two populations of one size"},
          nullptr,
          connect};
}

}  // namespace neurode::network
