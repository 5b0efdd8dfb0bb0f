// The weights of projections as values of the program, and what they are called.
#include <tuple>

#include "network/assemble/assembler.hpp"
#include "network/expressions/coupling.hpp"

namespace neurode::network {

namespace {

struct Labels {
  std::string rows, cols;  ///< dimensions
  std::string long_name = "synaptic weights";
};

Labels labels_of(const Projection& pr, const std::string& post, const std::string& pre) {
  switch (kind_of(pr)) {
    case Wiring::Kind::one_to_one:
      return {post, "", "synaptic weights, one a neuron"};
    case Wiring::Kind::sparse:
      return {pr.name + ".connection", "", "synaptic weights, one a connection"};
    case Wiring::Kind::convolution:
      return {pr.name + ".channel", pr.name + ".tap", "kernel, channels that receive x taps"};
    default:
      return {post, post == pre ? pre + "_pre" : pre, "synaptic weights, post x pre"};
  }
}

}  // namespace

ValueId Assembler::projection_weights(std::size_t k) {
  const Projection& pr = net_.projections[k];
  const Population &post = net_.populations[pr.post], &pre = net_.populations[pr.pre];
  const Labels labels = labels_of(pr, post.dimension, pre.dimension);
  const std::string text = pr.name + ".weights", long_name = "synaptic weights of " + pr.name;
  const Wiring::Kind kind = kind_of(pr);
  Program& program = out_.program;
  if (pr.moves()) {
    const ValueId v = moving(text, *pr.weights, pr.unit, labels.rows, labels.cols, labels.long_name);
    out_.plastic.back().projection = static_cast<int>(k);
    name(text, v, pr.unit, long_name, labels.rows, labels.cols, true);
    if (kind == Wiring::Kind::sparse) out_.named.back().connections = pr.wiring->pattern;
    return v;
  }
  const ValueId v = program.constant(pr.weights->data(), pr.weights->rows(), pr.weights->cols(), pr.weights);
  if (kind == Wiring::Kind::low_rank) {
    for (const auto& [side, m, rows] : {std::tuple{".left", pr.wiring->left, post.dimension},
                                        std::tuple{".right", pr.wiring->right, pre.dimension}}) {
      name(pr.name + side, program.constant(m->data(), m->rows(), m->cols(), m), "", "factor of " + text, rows,
           pr.name + ".rank", false);
    }
    return v;
  }
  // One number for all of them is recorded as if it were written out.
  Index rows = pr.weights->rows(), cols = pr.weights->cols();
  if (kind == Wiring::Kind::equal) {
    rows = post.size;
    cols = pre.size;
  } else if (kind == Wiring::Kind::sparse) {
    rows = pr.wiring->pattern->nonzeros();
  } else if (kind == Wiring::Kind::one_to_one) {
    rows = post.size;
  }
  if (rows * cols == 0) return v;
  name(text, program.broadcast(v, rows, cols), pr.unit, long_name, labels.rows, labels.cols, false);
  if (kind == Wiring::Kind::sparse) out_.named.back().connections = pr.wiring->pattern;
  return v;
}

}  // namespace neurode::network
