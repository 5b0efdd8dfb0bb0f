#pragma once

#include "neurode/run/prepare.hpp"
#include "neurode/suggest/suggest.hpp"

namespace neurode::suggest {

/// Layers that mean field can say something of: weights that learning moves, all to all, with nothing but a matrix.
std::vector<Layer> layers_of(const run::Prepared& p);
/// Mean square of an input, of data: the first layer makes inputs of variance 1 of them. Else 1: variances behind it
/// are those of mean field.
double input_scale(const Layer& layer);
Activity activity_of(const run::Prepared& p);
Curvature curvature_of(run::Prepared& p);

}  // namespace neurode::suggest
