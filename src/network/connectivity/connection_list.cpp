#include "network/connectivity/connection_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/core/value.hpp"

namespace neurode::network {

void ConnectionList::reserve(std::size_t n) { entries_.reserve(n); }

void ConnectionList::fault(int line, std::string problem, std::string found, std::string allowed) {
  if (++faults_ > kMostFaults) return;
  diagnostics_.add({{file_, line, line > 0 ? 1 : 0}, "", std::move(problem), std::move(found), std::move(allowed), ""});
}

void ConnectionList::add(double post, double pre, double weight, int line, Index base) {
  const std::string entry = line > 0 ? "" : fmt::format(" in entry {}", entries_.size());
  const auto good = [&](double x, Index n, const char* side) {
    const double first = static_cast<double>(base), last = static_cast<double>(base + n - 1);
    if (x == std::floor(x) && x >= first && x <= last) return true;
    fault(line, fmt::format("there is no such neuron to {}{}", side, entry), number_text(x),
          fmt::format("integers from {} to {}", first, last));
    return false;
  };
  const bool places = good(post, post_, "receive") & good(pre, pre_, "send");
  if (!std::isfinite(weight)) {
    fault(line, "the weight is not a finite number" + entry, number_text(weight), "finite numbers");
  }
  Entry e{0, 0, line, weight};
  if (places) {
    e.post = static_cast<std::int32_t>(static_cast<Index>(post) - base);
    e.pre = static_cast<std::int32_t>(static_cast<Index>(pre) - base);
  }
  entries_.push_back(e);
}

std::shared_ptr<const SparsePattern> ConnectionList::finish(Matrix& weights) {
  if (faults_ > 0) return nullptr;
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.post != b.post ? a.post < b.post : a.pre < b.pre; });
  auto p = std::make_shared<SparsePattern>();
  p->rows = post_;
  p->cols = pre_;
  p->start.assign(static_cast<std::size_t>(post_) + 1, 0);
  p->column.reserve(entries_.size());
  weights.resize(weighted ? static_cast<Index>(entries_.size()) : 0, 1);
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    const Entry& e = entries_[k];
    if (k > 0 && e.post == entries_[k - 1].post && e.pre == entries_[k - 1].pre && !full()) {
      const int before = entries_[k - 1].line;
      fault(e.line, "the same pair of neurons comes twice",
            fmt::format("{} -> {} (counted from 0){}", e.pre, e.post,
                        before > 0 ? fmt::format(", first in line {}", before) : std::string()),
            "each pair once");
    }
    ++p->start[static_cast<std::size_t>(e.post) + 1];
    p->column.push_back(e.pre);
    if (weighted) weights(static_cast<Index>(k), 0) = e.weight;
  }
  for (std::size_t i = 0; i + 1 < p->start.size(); ++i) p->start[i + 1] += p->start[i];
  return faults_ > 0 ? nullptr : p;
}

}  // namespace neurode::network
