#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  Connections c;
  c.wiring = std::make_shared<Wiring>();
  c.wiring->self = read_self(context, diagnostics);
  return c;
}

/// What no `connect` at all stands for.
ConnectivityEntry all_to_all_connectivity() {
  return {{"all_to_all",
           "every neuron of FROM reaches every one of TO; what no `connect` means",
           {self_parameter()},
           "",
           ""},
          nullptr,
          connect};
}

}  // namespace neurode::network
