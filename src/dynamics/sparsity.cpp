#include "neurode/dynamics/sparsity.hpp"

#include <algorithm>
#include <numeric>

namespace neurode {

double Sparsity::density() const {
  const double n = static_cast<double>(size());
  return n == 0 ? 0 : static_cast<double>(nonzeros()) / (n * n);
}

Sparsity make_sparsity(const std::vector<std::vector<int>>& columns) {
  const std::size_t n = columns.size();
  Sparsity s;
  s.start.push_back(0);
  std::vector<std::vector<int>> rows(n);  // the columns of each row
  for (std::size_t k = 0; k < n; ++k) {
    s.row.insert(s.row.end(), columns[k].begin(), columns[k].end());
    s.start.push_back(static_cast<int>(s.row.size()));
    for (const int i : columns[k]) rows[static_cast<std::size_t>(i)].push_back(static_cast<int>(k));
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return columns[a].size() > columns[b].size(); });
  std::vector<int> colour(n, -1), taken_by(n + 1, -1);
  for (const std::size_t k : order) {
    for (const int i : columns[k]) {
      for (const int other : rows[static_cast<std::size_t>(i)]) {
        const int c = colour[static_cast<std::size_t>(other)];
        if (c >= 0) taken_by[static_cast<std::size_t>(c)] = static_cast<int>(k);
      }
    }
    std::size_t c = 0;
    while (taken_by[c] == static_cast<int>(k)) ++c;
    colour[k] = static_cast<int>(c);
    if (c == s.groups.size()) s.groups.emplace_back();
    s.groups[c].push_back(static_cast<int>(k));
  }
  for (auto& g : s.groups) std::sort(g.begin(), g.end());
  return s;
}

}  // namespace neurode
