#include <fmt/format.h>

#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

static double expected(const ConnectivityContext& context) {
  return static_cast<double>(context.parameters.integer("n")) * static_cast<double>(context.post.size);
}

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const bool self = read_self(context, diagnostics);
  const auto n = static_cast<Index>(context.parameters.integer("n"));
  const Index candidates = context.pre.size - (self ? 0 : 1);
  if (n > candidates) {
    report(context, "n", "there are not that many neurons to hear from", fmt::format("{}", n),
           fmt::format("0 to {}, the neurons of \"{}\"{}", candidates, context.pre.name, self ? "" : " but one's own"),
           diagnostics);
    return {};
  }
  auto p = std::make_shared<SparsePattern>();
  p->rows = context.post.size;
  p->cols = context.pre.size;
  for (Index i = 0; i <= p->rows; ++i) p->start.push_back(i * n);
  p->column.resize(static_cast<std::size_t>(p->rows * n));
  const RowRandom random(context);
  std::vector<DistinctDraws> draws(static_cast<std::size_t>(max_threads()));
  constexpr std::int64_t kRows = 128;  // a chunk
  for_chunks((p->rows + kRows - 1) / kRows, p->nonzeros() > 10000, [&](std::int64_t chunk) {
    for (Index i = chunk * kRows; i < std::min<Index>(p->rows, (chunk + 1) * kRows); ++i) {
      std::int32_t* row = p->column.data() + i * n;
      draws[static_cast<std::size_t>(this_thread())].draw(random, i, n, candidates, row);
      for (Index k = 0; !self && k < n; ++k) row[k] += row[k] >= i;
      std::sort(row, row + n);
    }
  });
  return sparse_connections(std::move(p));
}

ConnectivityEntry fixed_in_degree_connectivity() {
  return {{"fixed_in_degree",
           "each neuron of TO hears from n different ones of FROM, drawn at random",
           {ParameterSpec::make(Kind::integer, "n", "neurons of FROM that each of TO hears from").at_least(0).needed(),
            self_parameter()},
           "",
           ""},
          expected,
          connect};
}

}  // namespace neurode::network
