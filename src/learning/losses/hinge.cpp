#include <fmt/format.h>

#include <cmath>

#include "learning/losses/losses.hpp"

namespace neurode::learning {

using equations::Node;
using equations::Op;

/// Every output against the others, or on its own?
static bool against_each_other(const Parameters& parameters, Index outputs) {
  const std::string& form = parameters.text("form");
  return form == "multiclass" || (form == "auto" && outputs > 1);
}

static void check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& pop = setup.network.populations[static_cast<std::size_t>(setup.output)];
  const bool classes = against_each_other(setup.loss_parameters, pop.size);
  const double margin = setup.loss_parameters.number("margin");
  if (classes && pop.size < 2) {
    refuse_loss(setup, diagnostics, "a class needs others to be told from",
                fmt::format("one neuron in population \"{}\"", pop.name), "form = \"binary\", or a neuron a class");
  }
  if (const auto range = output_range(pop)) {
    const std::string found = pop.softmax ? "activation softmax" : "activation " + pop.activation;
    if (classes && range->high - range->low <= margin) {
      refuse_loss(setup, diagnostics,
                  fmt::format("hinge wants outputs further apart than its margin {}, which population \"{}\" never is",
                              number_text(margin), pop.name),
                  found, "activation = \"identity\" there, or loss = \"cross_entropy\" with softmax");
    } else if (!classes && (range->low >= 0 || range->high <= 0)) {
      refuse_loss(setup, diagnostics,
                  fmt::format("hinge tells two classes by the sign of the output, and that of population \"{}\" has "
                              "but one",
                              pop.name),
                  found, "activation = \"identity\" or \"tanh\" there, or loss = \"binary_cross_entropy\"");
    }
  }
  const Matrix* y = given_targets(setup);
  if (!y) return;
  bool minus = false, zero = false;
  for (Index j = 0; j < y->cols(); ++j) {
    Index ones = 0, unknown = 0;
    for (Index i = 0; i < y->rows(); ++i) {
      const double x = (*y)(i, j);
      minus = minus || x == -1;
      zero = zero || x == 0;
      ones += x == 1;
      unknown += std::isnan(x);
      if (x == 1 || x == 0 || x == -1 || std::isnan(x)) continue;
      return refuse_loss(setup, diagnostics, "hinge cannot have every target",
                         fmt::format("a target of {}", number_text(x)), "-1 and 1, or 0 and 1");
    }
    if (classes && unknown < y->rows() && (ones != 1 || minus || unknown > 0)) {
      return refuse_loss(
          setup, diagnostics, "hinge over several outputs wants one class a sample",
          fmt::format("a sample with {} targets that are 1{}", ones, minus ? " and some that are -1" : ""),
          "one_hot = true, or form = \"binary\": every output on its own");
    }
  }
  if (minus && zero) {
    refuse_loss(setup, diagnostics, "hinge cannot tell what a target of 0 means", "targets -1 and 0",
                "-1 and 1, or 0 and 1");
  }
}

LossEntry hinge() {
  LossEntry e;
  e.name = "hinge";
  e.summary =
      "factor * sum over outputs of max(0, margin - y * activity), y = 1 where the target is > 0, else -1; with "
      "several "
      "outputs, one a class: sum over the wrong ones of max(0, margin + activity - activity of the right one) "
      "(Weston-Watkins); averaged (or summed) over samples. The slope at a kink is 0";
  e.parameters = loss_parameters("mean");
  e.parameters.push_back(ParameterSpec::make(Kind::choice, "form",
                                             "every output on its own, or a class each; auto: a class each where "
                                             "there are several")
                             .one_of({"auto", "binary", "multiclass"})
                             .standard("auto"));
  e.parameters.push_back(
      ParameterSpec::make(Kind::number, "margin", "from where on a sample is right enough").above(0).standard(1.0));
  e.needs = "targets -1 and 1, or 0 and 1; outputs without bounds (activation = \"identity\")";
  e.citation =
      "C. Cortes, V. Vapnik, Mach. Learn. 20 (1995) 273-297; J. Weston, C. Watkins, Proc. ESANN (1999) 219-224";
  e.check = check;
  e.build = [](const LossContext& c) {
    auto& g = c.program.graph();
    const auto shape = c.program[c.output];
    const Node a = c.program.node(c.output), y = c.program.node(c.targets);
    const Node margin = g.constant(c.parameters.number("margin"));
    const Node positive = g.unary(Op::heaviside, y);  // of 0 and 1, or of -1 and 1
    Node term;
    if (against_each_other(c.parameters, shape.rows)) {
      const ValueId own = c.program.elementwise(shape.rows, shape.cols, g.mul(y, a));
      const ValueId right = c.program.broadcast(c.program.sum(own, Program::Along::rows), shape.rows, shape.cols);
      const Node over = g.unary(Op::relu, g.add(margin, g.sub(a, c.program.node(right))));
      term = g.mul(g.sub(g.constant(1), y), over);
    } else {
      const Node side = g.sub(g.mul(g.constant(2), positive), g.constant(1));
      term = g.unary(Op::relu, g.sub(margin, g.mul(side, a)));
    }
    return reduced(c, c.program.elementwise(shape.rows, shape.cols, term));
  };
  return e;
}

}  // namespace neurode::learning
