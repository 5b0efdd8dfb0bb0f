#include "neurode/analysis/components.hpp"

#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

constexpr Index kLargest = 5000;
constexpr double kRounding = 1e-14;  // of the largest variance: below it a direction is rounding

/// The smaller of Y Y^T / m and Y^T Y / m, which share their eigenvalues but for zeros.
Matrix gram(const Matrix& y) {
  const auto m = static_cast<double>(y.cols());
  return y.rows() <= y.cols() ? Matrix(y * y.transpose() / m) : Matrix(y.transpose() * y / m);
}

}  // namespace

double Components::participation_ratio() const {
  return variances.size() > 0 && variances[0] > 0 ? variances.sum() * variances.sum() / variances.squaredNorm()
                                                  : std::numeric_limits<double>::quiet_NaN();
}

Components principal_components(const Matrix& data) {
  if (!data.allFinite()) throw NumericalError("activity is not finite: it has no principal components");
  if (std::min(data.rows(), data.cols()) > kLargest) {
    throw NumericalError(
        fmt::format("{} neurons at {} times and samples: principal components of more than {} of both "
                    "are not computed",
                    data.rows(), data.cols(), kLargest));
  }
  Components out;
  out.mean = data.rowwise().mean();
  const Matrix y = data.colwise() - out.mean;
  const bool of_rows = y.rows() <= y.cols();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram(y));
  if (solver.info() != Eigen::Success) throw NumericalError("the principal components do not converge");
  const Vector all = solver.eigenvalues().reverse().cwiseMax(0);
  // Of observations the others have no axis.
  const Index known = of_rows ? all.size() : (all.array() > kRounding * all[0]).count();
  out.variances = all.head(known);
  const Matrix vectors = solver.eigenvectors().rowwise().reverse().leftCols(known);
  out.axes = of_rows ? vectors : Matrix(y * vectors);
  for (auto axis : out.axes.colwise()) {
    axis.normalize();
    Index at = 0;
    axis.cwiseAbs().maxCoeff(&at);
    if (axis[at] < 0) axis = -axis;
  }
  return out;
}

double participation_ratio(const Matrix& data) {
  const Matrix y = data.colwise() - Vector(data.rowwise().mean());
  const Matrix c = gram(y);
  const double trace = c.trace();
  // What is left of equal observations is rounding.
  const double rounding = kRounding * data.squaredNorm() / static_cast<double>(data.cols());
  return trace > rounding ? trace * trace / c.squaredNorm() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace neurode::analysis
