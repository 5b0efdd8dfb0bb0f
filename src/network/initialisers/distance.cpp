#include "network/connectivity/distance.hpp"

#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

namespace {

/// From the middle of the kernel, for each of its rows alike.
void fill_kernel(const Places& places, const Profile& profile, double amplitude, double offset, Matrix& out) {
  const Index height = places.post[0], width = places.post[1];
  for (Index k = 0; k < out.cols(); ++k) {
    const double x = static_cast<double>(k % width) - 0.5 * static_cast<double>(width - 1);
    const double y = static_cast<double>(k / width % height) - 0.5 * static_cast<double>(height - 1);
    out.col(k).setConstant(amplitude * profile.at(std::hypot(x, y)) + offset);
  }
}

void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  if (!context.places) {
    return report(context, "only weights between neurons of a line or a sheet have distances", "",
                  "init = \"distance\" for the weights of a projection", diagnostics);
  }
  const Places& places = *context.places;
  const Profile profile = read_profile(context.parameters);
  double amplitude = context.parameters.number("amplitude"), offset = context.parameters.number("offset");
  if (places.kernel) return fill_kernel(places, profile, amplitude, offset, out);
  const auto distance = read_distance(context.parameters, context.source, places.post, places.pre, diagnostics);
  if (!distance) return;
  if (context.parameters.flag("integral")) {
    amplitude *= distance->cell();
    offset *= distance->cell();
  }
  const auto weight = [&](Index i, Index j) { return amplitude * profile.at(distance->between(i, j)) + offset; };
  if (places.pattern) {
    const SparsePattern& p = *places.pattern;
    for (Index i = 0; i < p.rows; ++i) {
      const auto end = p.start[static_cast<std::size_t>(i) + 1];
      for (auto e = p.start[static_cast<std::size_t>(i)]; e < end; ++e) {
        out(e, 0) = weight(i, p.column[static_cast<std::size_t>(e)]);
      }
    }
    return;
  }
  for (Index j = 0; j < out.cols(); ++j) {
    for (Index i = 0; i < out.rows(); ++i) out(i, j) = weight(i, j);
  }
  apply_diagonal(context, out, diagnostics);
}

}  // namespace

InitialiserEntry distance_initialiser() {
  ParameterTable t = {ParameterSpec::make(Kind::number, "amplitude", "factor of the profile").standard(1.0),
                      ParameterSpec::make(Kind::number, "offset", "is added everywhere").standard(0.0)};
  for (const auto& more : {profile_parameters(true), distance_parameters()})
    t.insert(t.end(), more.begin(), more.end());
  t.push_back(ParameterSpec::make(Kind::boolean, "integral",
                                  "times the length or area of one neuron of FROM: sums over them stand for integrals")
                  .standard(false));
  t.push_back(diagonal_parameter());
  return {{"distance",
           "a function of the distance between two neurons on a line, ring or sheet; of kernels: from the middle",
           std::move(t), "S. Amari, Biol. Cybern. 27 (1977) 77-87", "weights between populations"},
          true,
          fill};
}

}  // namespace neurode::network
