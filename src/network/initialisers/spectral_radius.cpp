#include <Eigen/Eigenvalues>

#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  if (!is_matrix(context, diagnostics)) return;
  if (out.rows() != out.cols()) {
    report(context, "only a square matrix has a spectral radius", "a matrix of " + shape_text(out.rows(), out.cols()),
           "init = \"spectral_radius\" where a population projects onto itself", diagnostics);
    return;
  }
  fill_normal(context, 0, 1, out);
  const Eigen::EigenSolver<Matrix> solver(out, false);
  const double largest = solver.info() == Eigen::Success ? solver.eigenvalues().cwiseAbs().maxCoeff() : 0.0;
  if (!(largest > 0)) {
    report(context, "the eigenvalues of the matrix drawn could not be computed", "", "another seed", diagnostics);
    return;
  }
  out *= context.parameters.number("radius") / largest;
}

InitialiserEntry spectral_radius_initialiser() {
  return {{"spectral_radius",
           "a normal matrix scaled so that its largest |eigenvalue| is `radius` (time grows with the cube of its size)",
           {ParameterSpec::make(Kind::number, "radius", "largest |eigenvalue|").at_least(0).needed()},
           "H. Jaeger, GMD Report 148 (2001)",
           ""},
          true,
          fill};
}

}  // namespace neurode::network
