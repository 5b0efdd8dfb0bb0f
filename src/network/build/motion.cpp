// What weights and biases keep to while they move, from their keys.
#include <fmt/format.h>

#include <limits>

#include "network/build/build.hpp"
#include "network/connectivity/wiring.hpp"

namespace neurode::network {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const char* const kKeys[] = {"rate", "decay", "l1", "l1_width", "bounds", "bound", "dale"};

/// The neuron of FROM that each weight belongs to, in the order of the matrix.
std::vector<Index> senders(const Matrix& weights, const Wiring* wiring) {
  std::vector<Index> out(static_cast<std::size_t>(weights.size()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto at = static_cast<Index>(i);
    out[i] = wiring && wiring->pattern                            ? wiring->pattern->column[i]
             : wiring && wiring->kind == Wiring::Kind::one_to_one ? at
                                                                  : at / weights.rows();
  }
  return out;
}

/// Weights out of a neuron keep the sign they start with: a bound at 0.
void keep_signs(const Value& at, const Matrix& weights, const Wiring* wiring, const std::string& from, Motion& motion,
                Diagnostics& diagnostics) {
  if (wiring && wiring->kind == Wiring::Kind::convolution) {
    diagnostics.add({at.where, at.key, "a kernel is shared by the neurons that send", "connect = \"convolution\"",
                     "weights of neurons: all to all, one to one or sparse", ""});
    return;
  }
  const auto sender = senders(weights, wiring);
  std::map<Index, std::pair<double, double>> range;  // least and largest weight of each
  for (std::size_t i = 0; i < sender.size(); ++i) {
    const double w = weights.data()[i];
    auto [it, fresh] = range.try_emplace(sender[i], w, w);
    it->second = {std::min(it->second.first, w), std::max(it->second.second, w)};
  }
  for (const auto& [neuron, r] : range) {
    if ((r.first < 0) != (r.second > 0)) continue;
    const bool silent = r.first == 0;
    diagnostics.add({at.where, at.key,
                     fmt::format("neuron {} of \"{}\" {}", neuron, from,
                                 silent ? "has no sign: all its weights start at 0" : "has weights of both signs"),
                     silent ? "" : fmt::format("{:.6g} and {:.6g}", r.first, r.second),
                     "initial weights out of each neuron all >= 0, or all <= 0", ""});
    return;  // one is enough: there are likely more
  }
  if (!motion.bounded()) {
    motion.low = Matrix::Constant(1, 1, -kInfinity);
    motion.high = -motion.low;
  }
  const double low = motion.low(0, 0), high = motion.high(0, 0);
  motion.low = Matrix::Constant(weights.rows(), weights.cols(), low);
  motion.high = Matrix::Constant(weights.rows(), weights.cols(), high);
  for (std::size_t i = 0; i < sender.size(); ++i) {
    const bool excites = range[sender[i]].second > 0;
    (excites ? motion.low : motion.high).data()[i] = 0;
  }
}

}  // namespace

Motion read_motion(const scenario::WeightsSection& section, const Matrix& initial, bool moves, const Wiring* wiring,
                   const std::string& from, Diagnostics& diagnostics) {
  Motion m;
  const Value& source = section.init.source;
  const Parameters& keys = section.motion;
  const std::size_t before = diagnostics.size();
  for (const char* key : kKeys) {
    const Value* given = source.is_table() ? source.find(key) : nullptr;
    if (!given || moves) continue;
    diagnostics.add({given->where, given->key, "is for what moves", "no rule that moves it",
                     "plastic = true, or a local rule: plasticity = \"hebb\"", ""});
  }
  if (!keys.has("rate") || !keys.has("decay") || !keys.has("l1") || !keys.has("l1_width") || !keys.has("bound")) {
    return m;  // a plain number or list; or reported
  }
  m.rate = keys.number("rate");
  m.decay = keys.number("decay");
  m.l1 = keys.number("l1");
  m.l1_width = keys.number("l1_width");
  m.soft = keys.text("bound") == "soft";
  const Value* bounds = keys.find("bounds");
  if (bounds) {
    m.low = Matrix::Constant(1, 1, bounds->list()[0].number());
    m.high = Matrix::Constant(1, 1, bounds->list()[1].number());
  }
  if (keys.has("dale") && keys.flag("dale")) {
    keep_signs(keys.at("dale"), initial, wiring, from, m, diagnostics);
  }
  if (diagnostics.size() > before) return m;
  const Value* bound = source.is_table() ? source.find("bound") : nullptr;
  if (!m.bounded()) {
    if (bound) diagnostics.add({bound->where, bound->key, "there are no bounds", "", "bounds = [low, high]", ""});
    return m;
  }
  const auto each = [&](const Matrix& b) {
    return Matrix(b.size() == 1 ? Matrix::Constant(initial.rows(), initial.cols(), b(0, 0)) : b);
  };
  const Matrix low = each(m.low), high = each(m.high);
  const Value& at = bounds ? *bounds : keys.at("dale");
  if (m.soft && !(low.allFinite() && high.allFinite())) {
    diagnostics.add({bound->where, bound->key, "soft bounds need two finite bounds", "", "bounds = [low, high]", ""});
  }
  for (Index i = 0; i < initial.size(); ++i) {
    const double w = initial.data()[i];
    if (w >= low.data()[i] && w <= high.data()[i] && low.data()[i] < high.data()[i]) continue;
    diagnostics.add({at.where, at.key, fmt::format("a weight starts outside its bounds"), fmt::format("{:.6g}", w),
                     fmt::format("{:.6g} to {:.6g}", low.data()[i], high.data()[i]), ""});
    break;
  }
  return m;
}

}  // namespace neurode::network
