// Minibatches from [data] batch.
#include <fmt/format.h>

#include "network/build/build.hpp"

namespace neurode::network {

void read_batches(const Parameters& batch, const scenario::Scenario& scenario, Network& network,
                  Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  const auto time = [&](const char* name) -> std::optional<double> {
    const Value* v = batch.find(name);
    if (!v) return std::nullopt;
    const auto checked =
        check_value(ParameterSpec::make(Kind::number, name, "").above(0).in(network.time_unit), *v, diagnostics);
    return checked ? std::optional(checked->number()) : std::nullopt;
  };
  const auto period = time("period"), window = time("window");
  if (period && window && *window > *period) {
    const Value& v = *batch.find("window");
    diagnostics.add(
        {v.where, v.key, "is longer than the period", number_text(*window), "up to " + number_text(*period), ""});
  }
  const Index rows = network.data->train.count();
  if (batch.has("size") && rows > 0 && batch.integer("size") > rows) {
    const Value& v = *batch.find("size");
    diagnostics.add(
        {v.where, v.key, "there are not that many training rows", v.to_toml(), fmt::format("1 to {}", rows), ""});
  }
  if (diagnostics.size() > before || !period || !batch.has("size")) return;
  Batching& b = network.data->batching.emplace();
  b.size = static_cast<Index>(batch.integer("size"));
  b.start = scenario.time.start;
  b.period = *period;
  b.window = window.value_or(*period);
  b.shuffled = batch.text("order") == "shuffled";
  b.seed = scenario.seed;
}

}  // namespace neurode::network
