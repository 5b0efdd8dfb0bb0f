// Operations of a Program for coupling that is no dense product: sparse, over all pairs, convolutions.
#include <fmt/format.h>

#include <initializer_list>
#include <stdexcept>

#include "neurode/dynamics/program.hpp"

namespace neurode {

using equations::Node;

namespace {

void require(const Program::Value& v, const char* what, Index rows, Index cols) {
  if (v.rows == rows && v.cols == cols) return;
  throw std::invalid_argument(fmt::format("{} is {} x {}, not {} x {}", what, v.rows, v.cols, rows, cols));
}

void require_rows(const Program::Value& v, const char* what, Index rows) {
  if (v.rows != rows) throw std::invalid_argument(fmt::format("{} has {} rows, not {}", what, v.rows, rows));
}

void check_pattern(const std::shared_ptr<const SparsePattern>& s) {
  if (!s) throw std::invalid_argument("a sparse operation without a pattern");
  if (static_cast<Index>(s->start.size()) != s->rows + 1 || s->start.back() != s->nonzeros()) {
    throw std::invalid_argument("a sparse pattern whose row starts do not fit its elements");
  }
}

constexpr const char* kSideNames[] = {"post", "pre", "pair", "none"};

}  // namespace

void Program::add_base(Op& op, ValueId base, Index rows, Index cols) {
  if (!base.valid()) return;
  require((*this)[base], "the base", rows, cols);
  op.in.push_back(base);
  op.has_base = true;
}

ValueId Program::sparse_product(std::shared_ptr<const SparsePattern> s, ValueId values, bool transpose, ValueId x,
                                ValueId base) {
  check_pattern(s);
  if ((*this)[values].size() != 1) require((*this)[values], "the elements of a sparse matrix", s->nonzeros(), 1);
  require_rows((*this)[x], "what a sparse matrix multiplies", transpose ? s->rows : s->cols);
  const Index rows = transpose ? s->cols : s->rows, cols = (*this)[x].cols;
  Op op;
  op.kind = Kind::sparse_product;
  op.in = {values, x};
  op.transpose_a = transpose;
  op.pattern = std::move(s);
  add_base(op, base, rows, cols);
  return add_op(std::move(op), rows, cols);
}

ValueId Program::sparse_outer(std::shared_ptr<const SparsePattern> s, ValueId a, ValueId b, ValueId base) {
  check_pattern(s);
  require_rows((*this)[a], "the rows' side of a sparse outer product", s->rows);
  require((*this)[b], "the columns' side of a sparse outer product", s->cols, (*this)[a].cols);
  const Index count = s->nonzeros();
  Op op;
  op.kind = Kind::sparse_outer;
  op.in = {a, b};
  op.pattern = std::move(s);
  add_base(op, base, count, 1);
  return add_op(std::move(op), count, 1);
}

ValueId Program::gather(std::shared_ptr<const SparsePattern> s, End end, ValueId v) {
  check_pattern(s);
  require_rows((*this)[v], "what is gathered", end == End::row ? s->rows : s->cols);
  const Index count = s->nonzeros();
  Op op;
  op.kind = Kind::gather;
  op.in = {v};
  op.end = end;
  op.pattern = std::move(s);
  return add_op(std::move(op), count, (*this)[v].cols);
}

ValueId Program::scatter(std::shared_ptr<const SparsePattern> s, End end, ValueId v, ValueId base) {
  check_pattern(s);
  require_rows((*this)[v], "what is summed over a sparse pattern", s->nonzeros());
  const Index rows = end == End::row ? s->rows : s->cols, cols = (*this)[v].cols;
  Op op;
  op.kind = Kind::scatter;
  op.in = {v};
  op.end = end;
  op.pattern = std::move(s);
  add_base(op, base, rows, cols);
  return add_op(std::move(op), rows, cols);
}

Node Program::symbol(ValueId v, Side side) {
  if (side == Side::none) return symbol(v);
  const Node s = graph_.symbol(fmt::format("%{}@{}", v.id, kSideNames[static_cast<int>(side)]));
  by_sided_symbol_[s.id] = {v, side};
  return s;
}

ValueId Program::pairs(Node e, std::span<const ValueId> post_side, std::span<const ValueId> pre_side,
                       std::span<const ValueId> pair_side, Side into, ValueId base) {
  Op op;
  op.samples = 1;
  const auto size_is = [](Index& size, Index found, const char* what) {
    if (size != 0 && size != found) {
      throw std::invalid_argument(fmt::format("{} side values of {} and {} elements", what, size, found));
    }
    size = found;
  };
  const auto samples_are = [&](Index found) {
    if (found == 1) return;
    if (op.samples != 1 && op.samples != found) {
      throw std::invalid_argument(fmt::format("pairs of {} and of {} samples", op.samples, found));
    }
    op.samples = found;
  };
  for (const ValueId v : pair_side) size_is(op.post, (*this)[v].rows, "post"), size_is(op.pre, (*this)[v].cols, "pre");
  for (const ValueId v : post_side) size_is(op.post, (*this)[v].rows, "post"), samples_are((*this)[v].cols);
  for (const ValueId v : pre_side) size_is(op.pre, (*this)[v].rows, "pre"), samples_are((*this)[v].cols);
  if (op.post == 0 || op.pre == 0) throw std::invalid_argument("pairs of how many elements nobody can tell");

  // The plain symbol of a value on one side means that side.
  equations::Substitution sided;
  std::unordered_map<std::uint32_t, Side> plain;
  const auto take = [&](std::span<const ValueId> values, Side side) {
    for (const ValueId v : values) {
      const auto [at, added] = plain.try_emplace(symbol(v).id, side);
      if (!added && at->second != side && equations::depends_on(graph_, e, symbol(v))) {
        throw std::invalid_argument("a value on two sides of its pairs, by a symbol that does not say which");
      }
      sided[symbol(v).id] = symbol(v, side);
    }
  };
  take(post_side, Side::post);
  take(pre_side, Side::pre);
  take(pair_side, Side::pair);
  return pairwise_like(op, equations::substitute(graph_, e, sided), into, base);
}

/// Another expression over the same pairs and samples. Its inputs are found by its symbols.
ValueId Program::pairwise_like(const Op& like, Node e, Side into, ValueId base) {
  Op op;
  op.kind = Kind::pairwise;
  op.post = like.post;
  op.pre = like.pre;
  op.samples = like.samples;
  op.into = into;
  op.expressions = {e};
  bind_pairwise(op);
  const Index rows = into == Side::pre ? op.pre : op.post, cols = into == Side::pair ? op.pre : op.samples;
  add_base(op, base, rows, cols);
  return add_op(std::move(op), rows, cols);
}

void Program::bind_pairwise(Op& op) const {
  const ValueId base = op.has_base ? op.in.back() : ValueId{};
  op.in.clear();
  op.sides.clear();
  op.symbols.clear();
  for (const Node s : equations::free_symbols(graph_, op.expressions)) {
    const auto sided = by_sided_symbol_.find(s.id);
    const auto [v, side] = sided == by_sided_symbol_.end() ? std::pair{value_of(s), Side::none} : sided->second;
    if (!v.valid()) throw std::invalid_argument("expression uses \"" + graph_.name(s) + "\", which is no value");
    const Value& info = (*this)[v];
    const Index rows = side == Side::none ? 1 : side == Side::pre ? op.pre : op.post;
    const bool fits = side == Side::none   ? info.cols == 1
                      : side == Side::pair ? info.cols == op.pre
                                           : info.cols == 1 || info.cols == op.samples;
    if (info.rows != rows || !fits) {
      throw std::invalid_argument(fmt::format("a {} x {} value on side \"{}\" of {} x {} pairs, {} samples", info.rows,
                                              info.cols, kSideNames[static_cast<int>(side)], op.post, op.pre,
                                              op.samples));
    }
    op.in.push_back(v);
    op.sides.push_back(side);
    op.symbols.push_back(s);
  }
  if (base.valid()) op.in.push_back(base);
}

ValueId Program::pairwise(Node e, std::span<const ValueId> post_side, std::span<const ValueId> pre_side,
                          std::span<const ValueId> pair_side, Along over, ValueId base) {
  if (over == Along::all) throw std::invalid_argument("pairs are summed along rows or columns");
  return pairs(e, post_side, pre_side, pair_side, over == Along::columns ? Side::post : Side::pre, base);
}

ValueId Program::all_pairs(Node e, std::span<const ValueId> post_side, std::span<const ValueId> pre_side,
                           std::span<const ValueId> pair_side, ValueId base) {
  return pairs(e, post_side, pre_side, pair_side, Side::pair, base);
}

void ConvolutionShape::check() const {
  for (const Index size :
       {in_channels, height, width, out_channels, kernel_height, kernel_width, stride_y, stride_x, groups}) {
    if (size < 1) throw std::invalid_argument(fmt::format("a convolution with a size of {}", size));
  }
  if (padding_y < 0 || padding_x < 0) throw std::invalid_argument("a convolution with a negative padding");
  if (kernel_height > height + 2 * padding_y || kernel_width > width + 2 * padding_x) {
    throw std::invalid_argument(fmt::format("a kernel of {} x {} on an image of {} x {} with its padding",
                                            kernel_height, kernel_width, height + 2 * padding_y,
                                            width + 2 * padding_x));
  }
  if (in_channels % groups != 0 || out_channels % groups != 0) {
    throw std::invalid_argument(fmt::format("{} and {} channels in {} groups", in_channels, out_channels, groups));
  }
}

ValueId Program::add_convolution(std::shared_ptr<const ConvolutionShape> shape, Role result, ValueId a, ValueId b,
                                 ValueId base) {
  shape->check();
  const auto rows_of = [&](Role r) {
    return r == Role::kernel ? shape->kernel_size() : r == Role::input ? shape->in_size() : shape->out_size();
  };
  const Role roles[] = {result == Role::kernel ? Role::input : Role::kernel,
                        result == Role::output ? Role::input : Role::output};
  const Value &first = (*this)[a], &second = (*this)[b];
  if (roles[0] == Role::kernel) {
    if (first.size() != shape->kernel_size()) {
      require(first, "the kernel of a convolution", shape->out_channels, shape->taps());
    }
  } else {
    require(first, "the input of a convolution", shape->in_size(), second.cols);
  }
  require_rows(second, roles[1] == Role::input ? "the input of a convolution" : "the output of a convolution",
               rows_of(roles[1]));
  const Index rows = result == Role::kernel ? shape->out_channels : rows_of(result);
  const Index cols = result == Role::kernel ? shape->taps() : second.cols;
  Op op;
  op.kind = Kind::convolution;
  op.in = {a, b};
  op.result = result;
  op.shape = std::move(shape);
  add_base(op, base, rows, cols);
  return add_op(std::move(op), rows, cols);
}

ValueId Program::convolution(const ConvolutionShape& shape, ValueId kernel, ValueId x, ValueId base) {
  return add_convolution(std::make_shared<const ConvolutionShape>(shape), Role::output, kernel, x, base);
}

ValueId Program::convolution_to_input(const ConvolutionShape& shape, ValueId kernel, ValueId y, ValueId base) {
  return add_convolution(std::make_shared<const ConvolutionShape>(shape), Role::input, kernel, y, base);
}

ValueId Program::convolution_to_kernel(const ConvolutionShape& shape, ValueId x, ValueId y, ValueId base) {
  return add_convolution(std::make_shared<const ConvolutionShape>(shape), Role::kernel, x, y, base);
}

}  // namespace neurode
