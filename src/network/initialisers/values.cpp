#include <fmt/format.h>

#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

namespace {

/// Reads one list of numbers into row or column `at` of the matrix.
class ListReader {
 public:
  ListReader(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics)
      : context_(context), out_(out), diagnostics_(diagnostics) {}

  void read(const Value& v) {
    const Index rows = out_.rows(), cols = out_.cols();
    if (!v.is_list()) return wrong(v, "must be a list", v.describe());
    const auto& list = v.list();
    const bool nested = !list.empty() && list[0].is_list();
    if (!nested && (rows == 1 || cols == 1)) {
      if (static_cast<Index>(list.size()) != rows * cols)
        return wrong(v, "has the wrong length", count(list.size(), "number"));
      for (Index k = 0; k < rows * cols; ++k) number(list[static_cast<std::size_t>(k)], out_.data()[k]);
      return;
    }
    if (static_cast<Index>(list.size()) != rows) return wrong(v, "has the wrong length", count(list.size(), "row"));
    for (Index i = 0; i < rows; ++i) row(list[static_cast<std::size_t>(i)], i);
  }

 private:
  void row(const Value& v, Index i) {
    if (!v.is_list()) return wrong(v, fmt::format("row {} must be a list of numbers", i), v.describe());
    const auto& list = v.list();
    if (static_cast<Index>(list.size()) != out_.cols()) {
      return wrong(v, fmt::format("row {} has the wrong length", i), count(list.size(), "number"));
    }
    for (Index j = 0; j < out_.cols(); ++j) number(list[static_cast<std::size_t>(j)], out_(i, j));
  }

  void number(const Value& v, double& x) {
    if (faults_ > 20) return;  // a long list of words is one mistake
    const auto spec = ParameterSpec::make(Kind::number, "values", "").in(context_.unit);
    if (const auto checked = check_value(spec, v, diagnostics_)) {
      x = checked->number();
    } else {
      ++faults_;
    }
  }

  static std::string count(std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  }

  void wrong(const Value& v, std::string problem, std::string found) {
    if (faults_++ > 20) return;
    const Index rows = out_.rows(), cols = out_.cols();
    const std::string allowed =
        cols == 1 ? fmt::format("a list of {}, one a neuron", count(static_cast<std::size_t>(rows), "number"))
                  : fmt::format("{} (one a neuron that receives) of {} (one a neuron that sends)",
                                count(static_cast<std::size_t>(rows), "row"),
                                count(static_cast<std::size_t>(cols), "number"));
    diagnostics_.add({v.where, v.key, std::move(problem), std::move(found), allowed, ""});
  }

  const InitialiserContext& context_;
  Matrix& out_;
  Diagnostics& diagnostics_;
  int faults_ = 0;
};

void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  ListReader(context, out, diagnostics).read(context.parameters.at("values"));
}

}  // namespace

/// What a bare list stands for.
InitialiserEntry values_initialiser() {
  return {
      {"values",
       "the numbers themselves: a list of rows (one a neuron that receives), or a flat list; what a bare list means",
       {ParameterSpec::make(Kind::any, "values", "the numbers").needed()},
       "",
       ""},
      false,
      fill};
}

}  // namespace neurode::network
