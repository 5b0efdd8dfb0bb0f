#include <fmt/format.h>

#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

static double expected(const ConnectivityContext& context) {
  return static_cast<double>(context.parameters.integer("n")) * static_cast<double>(context.pre.size);
}

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const bool self = read_self(context, diagnostics);
  const auto n = static_cast<Index>(context.parameters.integer("n"));
  const Index candidates = context.post.size - (self ? 0 : 1);
  if (n > candidates) {
    report(context, "n", "there are not that many neurons to reach", fmt::format("{}", n),
           fmt::format("0 to {}, the neurons of \"{}\"{}", candidates, context.post.name, self ? "" : " but oneself"),
           diagnostics);
    return {};
  }
  auto p = std::make_shared<SparsePattern>();
  p->rows = context.post.size;
  p->cols = context.pre.size;
  p->start.assign(static_cast<std::size_t>(p->rows) + 1, 0);
  const RowRandom random(context);
  std::vector<std::int32_t> rows(static_cast<std::size_t>(n));
  const auto visit = [&](auto&& f) {  // columns one after another, so that those of a row come out ascending
    DistinctDraws draws;
    for (Index j = 0; j < p->cols; ++j) {
      draws.draw(random, j, n, candidates, rows.data());
      for (const std::int32_t r : rows) f(static_cast<std::size_t>(!self && r >= j ? r + 1 : r), j);
    }
  };
  visit([&](std::size_t i, Index) { ++p->start[i + 1]; });
  for (std::size_t i = 0; i + 1 < p->start.size(); ++i) p->start[i + 1] += p->start[i];
  p->column.resize(static_cast<std::size_t>(p->start.back()));
  std::vector<std::int64_t> next(p->start.begin(), p->start.end() - 1);
  visit([&](std::size_t i, Index j) { p->column[static_cast<std::size_t>(next[i]++)] = static_cast<std::int32_t>(j); });
  return sparse_connections(std::move(p));
}

ConnectivityEntry fixed_out_degree_connectivity() {
  return {{"fixed_out_degree",
           "each neuron of FROM reaches n different ones of TO, drawn at random",
           {ParameterSpec::make(Kind::integer, "n", "neurons of TO that each of FROM reaches").at_least(0).needed(),
            self_parameter()},
           "",
           ""},
          expected,
          connect};
}

}  // namespace neurode::network
