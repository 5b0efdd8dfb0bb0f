// How training samples are shown: minibatches, sequences, a schedule.
#include <fmt/format.h>

#include "network/build/build.hpp"

namespace neurode::network {

namespace {

std::optional<double> time_of(const Value& v, const Network& network, Diagnostics& diagnostics, bool positive = true) {
  auto spec = ParameterSpec::make(Kind::number, "time", "").in(network.time_unit);
  const auto checked = check_value(positive ? std::move(spec).above(0) : std::move(spec), v, diagnostics);
  return checked ? std::optional(checked->number()) : std::nullopt;
}

std::optional<double> time_of(const Parameters& p, const char* name, const Network& network, Diagnostics& diagnostics) {
  const Value* v = p.find(name);
  return v ? time_of(*v, network, diagnostics) : std::nullopt;
}

void read_batches(const Parameters& batch, const scenario::Scenario& scenario, Network& network,
                  Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  const auto period = time_of(batch, "period", network, diagnostics),
             window = time_of(batch, "window", network, diagnostics);
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
  b.shuffled = !batch.has("order") || batch.text("order") == "shuffled";
  b.seed = scenario.seed;
}

void read_sequence(const Parameters& sequence, Network& network, Diagnostics& diagnostics) {
  const auto step = time_of(sequence, "step", network, diagnostics),
             gap = time_of(sequence, "gap", network, diagnostics);
  Sequence& s = network.data->sequence.emplace();
  s.step = step.value_or(1);
  s.gap = gap.value_or(0);
  s.repeat = sequence.flag("repeat");
}

/// Each switch is a breakpoint, and all of them are listed.
void count_switches(const Parameters& keys, const char* key, double step, const scenario::Scenario& scenario,
                    Diagnostics& diagnostics) {
  constexpr double kMostSwitches = 1e8;
  const double span = scenario.time.end - scenario.time.start;
  const Value* v = keys.find(key);
  if (!v || !(step > 0) || span / step < kMostSwitches) return;
  diagnostics.add({v->where, v->key,
                   fmt::format("makes more than {:.0e} switches from start to end of [time]", kMostSwitches),
                   v->to_toml(), fmt::format("> {:.3g}", span / kMostSwitches), ""});
}

void read_schedule(const Parameters& schedule, const scenario::DataSection& section, Network& network,
                   Diagnostics& diagnostics) {
  const Value *times = schedule.find("times"), *rows = schedule.find("rows");
  if (!times || !rows) return;
  if (section.batch) {
    diagnostics.add(
        {times->where, times->key, "rows come in batches already", "schedule and batch", "one of them", ""});
  }
  const Index count = network.data->train.count();
  Schedule& s = network.data->schedule.emplace();
  for (const Value& v : times->list()) {
    const auto t = time_of(v, network, diagnostics, false);
    if (!t) return;
    if (!s.times.empty() && *t <= s.times.back()) {
      diagnostics.add(
          {v.where, v.key, "does not come after the time before it", number_text(*t), "ascending times", ""});
      return;
    }
    s.times.push_back(*t);
  }
  for (const Value& v : rows->list()) {
    if (v.integer() >= count && count > 0) {
      diagnostics.add({v.where, v.key, "there is no such training row", v.to_toml(),
                       fmt::format("0 to {}, or -1 for none", count - 1), ""});
    }
    s.rows.push_back(static_cast<Index>(v.integer()));
  }
}

}  // namespace

void read_presentation(const scenario::DataSection& section, const scenario::Scenario& scenario, Network& network,
                       Diagnostics& diagnostics) {
  network.data->start = scenario.time.start;
  if (section.batch) read_batches(*section.batch, scenario, network, diagnostics);
  if (network.data->batching) {
    count_switches(*section.batch, "period", network.data->batching->period, scenario, diagnostics);
  }
  if (section.sequence) {
    read_sequence(*section.sequence, network, diagnostics);
    const bool lasts = network.data->sequence->repeat || network.data->batching;
    if (lasts) count_switches(*section.sequence, "step", network.data->sequence->step, scenario, diagnostics);
  }
  if (section.schedule) read_schedule(*section.schedule, section, network, diagnostics);
}

}  // namespace neurode::network
