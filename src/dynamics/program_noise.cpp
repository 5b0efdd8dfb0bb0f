#include "dynamics/program_noise.hpp"

#include <utility>

namespace neurode {

ProgramNoise::ProgramNoise(ProgramSystem& system, ProgramSystem::NoiseParts parts)
    : system_(system), parts_(std::move(parts)) {
  parts_.terms.resize(system_.parts_.size());
  // In any direction: a derivative along (1, 1, ...) could cancel.
  Program::Seeds seeds;
  for (std::size_t k = 0; k < system_.parts_.size(); ++k) {
    const Slice& s = system_.layout_.slices()[k];
    seeds.emplace_back(system_.parts_[k].value,
                       system_.program_.input(ProgramSystem::kDirection, s.offset, s.rows, s.cols));
  }
  std::vector<ValueId> terms;
  for (const ValueId v : parts_.terms) {
    if (v.valid()) terms.push_back(v);
  }
  for (const ValueId d : system_.program_.tangent(seeds, terms)) additive_ = additive_ && !d.valid();
}

void ProgramNoise::run(Executable& code, double t, const double* x, const double* dw, double* out) {
  auto in = system_.inputs(t, x);
  in[ProgramSystem::kNoise] = dw;
  double* outs[] = {out};
  code.run(in.data(), outs);
}

void ProgramNoise::apply(double t, const double* x, const double* dw, double* out) {
  if (!apply_) apply_ = system_.build(parts_.terms);
  run(*apply_, t, x, dw, out);
}

std::vector<ValueId> ProgramNoise::slopes() {
  Program& program = system_.program_;
  Program::Seeds seeds;
  for (std::size_t k = 0; k < system_.parts_.size(); ++k) {
    const Slice& s = system_.layout_.slices()[k];
    seeds.emplace_back(system_.parts_[k].value, program.elementwise(s.rows, s.cols, program.graph().constant(1)));
  }
  std::vector<ValueId> terms;
  std::vector<std::size_t> where;
  for (std::size_t k = 0; k < parts_.terms.size(); ++k) {
    if (!parts_.terms[k].valid()) continue;
    terms.push_back(parts_.terms[k]);
    where.push_back(k);
  }
  const auto d = program.tangent(seeds, terms);
  std::vector<ValueId> all(parts_.terms.size());
  for (std::size_t i = 0; i < d.size(); ++i) all[where[i]] = d[i];
  return all;
}

/// With dw = 1 the term of an element is its amplitude g_i, and its slope dg_i/dx_i: nothing else moves it.
void ProgramNoise::milstein(double t, const double* x, double* out) {
  if (!milstein_) {
    Program& program = system_.program_;
    auto products = slopes();
    for (std::size_t k = 0; k < products.size(); ++k) {
      if (!products[k].valid()) continue;
      const auto shape = program[products[k]];
      products[k] = program.elementwise(shape.rows, shape.cols,
                                        program.graph().mul(program.node(parts_.terms[k]), program.node(products[k])));
    }
    milstein_ = system_.build(products);
    ones_.setOnes(channels());
  }
  run(*milstein_, t, x, ones_.data(), out);
}

}  // namespace neurode
