#include <Eigen/QR>
#include <algorithm>

#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

/// Orthonormal columns (rows where there are fewer rows than columns), times the gain. The QR factors of a normal
/// matrix are unique once R's diagonal is positive; only then is Q uniform over the orthogonal group.
static void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  if (!is_matrix(context, diagnostics)) return;
  fill_normal(context, 0, 1, out);
  const bool wide = out.rows() < out.cols();
  const Index n = std::max(out.rows(), out.cols()), k = std::min(out.rows(), out.cols());
  const Eigen::HouseholderQR<Matrix> qr(wide ? Matrix(out.transpose()) : out);
  Matrix q = qr.householderQ() * Matrix::Identity(n, k);
  for (Index j = 0; j < k; ++j) {
    if (qr.matrixQR()(j, j) < 0) q.col(j) *= -1;
  }
  q *= context.parameters.number("gain");
  if (wide) {
    out = q.transpose();
  } else {
    out = q;
  }
}

InitialiserEntry orthogonal_initialiser() {
  return {{"orthogonal",
           "orthonormal rows or columns, uniform over all such matrices (Haar), times the gain",
           {ParameterSpec::make(Kind::number, "gain", "factor on the matrix").above(0).standard(1.0)},
           "F. Mezzadri, Notices AMS 54 (2007) 592-604; A. M. Saxe, J. L. McClelland, S. Ganguli, ICLR 2014, "
           "arXiv:1312.6120",
           ""},
          true,
          fill};
}

}  // namespace neurode::network
