#include "neurode/core/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"

namespace neurode {

std::string Location::text() const {
  if (file.empty() || line <= 0) return file;
  return column > 0 ? fmt::format("{}:{}:{}", file, line, column) : fmt::format("{}:{}", file, line);
}

std::string Diagnostic::format() const {
  std::string out = where.text();
  if (!out.empty()) out += ": ";
  if (!key.empty()) out += key + ": ";
  out += problem;
  if (!found.empty()) out += "; found " + found;
  if (!allowed.empty()) out += "; allowed: " + allowed;
  if (!suggestion.empty()) out += fmt::format(" (did you mean \"{}\"?)", suggestion);
  return out;
}

void Diagnostics::add(Diagnostic d) {
  items_.push_back(std::move(d));
  if (items_.size() > limits::kKeptFaults) throw_if_any();
}

void Diagnostics::throw_if_any() const {
  if (items_.empty()) return;
  auto sorted = items_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) < std::tie(b.where.file, b.where.line, b.where.column);
  });
  throw ScenarioError(std::move(sorted));
}

static std::string join_lines(const std::vector<Diagnostic>& items) {
  std::string out;
  for (const auto& d : items) {
    if (&d == items.data() + limits::kToldFaults) break;
    out += (out.empty() ? "" : "\n") + d.format();
  }
  if (items.size() <= limits::kToldFaults) return out;
  const bool all = items.size() <= limits::kKeptFaults;
  return out + fmt::format("\n... and {} more{}", items.size() - limits::kToldFaults, all ? "" : " at least");
}

ScenarioError::ScenarioError(std::vector<Diagnostic> diagnostics)
    : Error(join_lines(diagnostics), 2), diagnostics_(std::move(diagnostics)) {}

constexpr std::size_t kLongestCompared = 100;  // of names
constexpr std::size_t kMostCompared = 1000;

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1.
static std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& allowed) {
  std::string best;
  std::size_t best_distance = name.size() / 3 + 2;
  if (name.size() > kLongestCompared || allowed.size() > kMostCompared) return best;  // it takes long
  for (const auto& candidate : allowed) {
    if (candidate.size() > kLongestCompared) continue;
    const std::size_t d = edit_distance(name, candidate);
    if (d < best_distance && d < std::max(name.size(), candidate.size())) {  // "a" for "b" is no help
      best_distance = d;
      best = candidate;
    }
  }
  if (!best.empty() || name.size() < 3) return best;
  const auto longer = std::find_if(allowed.begin(), allowed.end(), [&](const auto& c) { return c.starts_with(name); });
  return longer == allowed.end() ? "" : *longer;
}

std::string quoted_list(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  const std::size_t shown = std::min(names.size(), most);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += (i + 1 == names.size()) ? " and " : ", ";
    out += '"' + names[i] + '"';
  }
  if (shown < names.size()) out += fmt::format(", ... ({} more)", names.size() - shown);
  return out;
}

}  // namespace neurode
