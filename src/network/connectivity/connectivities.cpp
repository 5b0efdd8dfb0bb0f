#include <fmt/format.h>

#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

const std::vector<ConnectivityEntry>& connectivities() {
  // Sorted by name.
  static const std::vector<ConnectivityEntry> list = {
      all_to_all_connectivity(),      convolution_connectivity(),      distance_connectivity(),
      fixed_in_degree_connectivity(), fixed_out_degree_connectivity(), fixed_probability_connectivity(),
      from_file_connectivity(),       low_rank_connectivity(),         one_to_one_connectivity(),
  };
  return list;
}

void report(const ConnectivityContext& context, const std::string& key, std::string problem, std::string found,
            std::string allowed, Diagnostics& diagnostics) {
  const Value* given = context.source.find(key);
  const Value& at = given ? *given : context.source;
  diagnostics.add({at.where, given || key.empty() ? at.key : at.key + "." + key, std::move(problem), std::move(found),
                   std::move(allowed), ""});
}

ParameterSpec self_parameter() {
  return ParameterSpec::make(Kind::boolean, "self", "false: no neuron is connected to itself").standard(true);
}

bool read_self(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const bool self = context.parameters.flag("self");
  if (!self && !context.same) {
    report(context, "self", "only a projection of a population onto itself has self-connections to leave out",
           fmt::format("self = false from \"{}\" to \"{}\"", context.pre.name, context.post.name),
           "no key \"self\" here", diagnostics);
  }
  return self;
}

std::vector<Index> read_integers(const ConnectivityContext& context, const std::string& key, std::size_t axes,
                                 std::int64_t least, Diagnostics& diagnostics) {
  const Value& v = context.parameters.at(key);
  const auto good = [&](const Value& x) { return x.is_integer() && x.integer() >= least && x.integer() < 1 << 30; };
  if (good(v)) return std::vector<Index>(axes, static_cast<Index>(v.integer()));
  if (v.is_list() && v.list().size() == axes && std::all_of(v.list().begin(), v.list().end(), good)) {
    std::vector<Index> out;
    for (const Value& x : v.list()) out.push_back(static_cast<Index>(x.integer()));
    return out;
  }
  report(context, key, axes == 1 ? "must be an integer" : "must be an integer, or a list of two", v.describe(),
         fmt::format("{} >= {}", axes == 1 ? "one integer" : "one for both axes, or [rows, columns], each", least),
         diagnostics);
  return {};
}

std::string shape_list(const std::vector<Index>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

void DistinctDraws::draw(const RowRandom& random, Index row, Index count, Index n, std::int32_t* out) {
  if (static_cast<Index>(seen_.size()) < n) seen_.resize(static_cast<std::size_t>(n), 0);
  const auto mark = static_cast<std::uint32_t>(row) + 1;
  for (Index k = 0; k < count; ++k) {
    const Index last = n - count + k;
    auto drawn = static_cast<std::size_t>(
        random.integer(row, static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(last) + 1));
    if (seen_[drawn] == mark) drawn = static_cast<std::size_t>(last);
    seen_[drawn] = mark;
    out[k] = static_cast<std::int32_t>(drawn);
  }
}

Connections sparse_connections(std::shared_ptr<const SparsePattern> pattern) {
  Connections c;
  c.wiring = std::make_shared<Wiring>();
  c.wiring->kind = Wiring::Kind::sparse;
  c.wiring->pattern = std::move(pattern);
  return c;
}

}  // namespace neurode::network
