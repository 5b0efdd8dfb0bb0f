#pragma once

#include <string>
#include <vector>

#include "learning/parts/layers.hpp"

namespace neurode::learning {

/// A network of layers whose connections act both ways, as a copy of the network with activity of its own: the input u
/// of each population that is not clamped is a state, r = f(u) its output, and what drives it is
///
///     W r(pre) + b  forwards,  gain W^T r(post)  backwards.
///
/// The fixed points u = drive are those of the energy sum F*(r) - r W r - b r where gain = 1 (J. J. Hopfield, PNAS 81
/// (1984) 3088-3092).
struct Copy {
  std::vector<ValueId> u;              ///< of each population; invalid where it is clamped or given
  std::vector<ValueId> r;              ///< of each population
  std::vector<ValueId> drive;          ///< of each population; invalid where u is
  network::Assembly::Softmax softmax;  ///< of the output population
};

class Copies {
 public:
  Copies(const Setup& setup, network::Assembly& assembly, const Layers& layers, double gain)
      : setup_(setup), a_(assembly), layers_(layers), gain_(gain) {}

  /// Reports what is no network of layers; loops with the reason that weights would not be symmetric.
  static void check(const Setup& setup, Diagnostics& diagnostics);

  /// States "POP.u" + suffix. `given`: what the output population's r is instead of a state; invalid: it is free.
  Copy add(const std::string& suffix, const std::string& long_name, ValueId given = {});
  /// tau du/dt = -u + drive + nudge of each population (invalid: none).
  void relax(const Copy& copy, double tau, const std::vector<ValueId>& nudge = {});
  /// Takes the names of the forward pass, which is not what this network does, out of the record.
  void hide_forward_pass();

 private:
  const Setup& setup_;
  network::Assembly& a_;
  const Layers& layers_;
  double gain_;
  std::vector<ValueId> own_;  ///< outputs of copies
};

}  // namespace neurode::learning
