#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/unit.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::equations {

/// Declared units of symbols by name. A symbol that is not in it fits any unit.
using SymbolUnits = std::unordered_map<std::string, Unit>;

/// The unit of an expression.
struct Measure {
  enum class Kind {
    any,     ///< fits any unit: a literal number, a symbol without a declared unit, and products with either
    number,  ///< a pure number that a function or a comparison gives
    unit,    ///< follows from declared units
  } kind = Kind::any;
  Unit unit;  ///< where kind is `unit`; else 1
};

/// Where an expression stands, for messages.
struct Place {
  Location where;
  std::string key;
  std::string what;  ///< "dV/dt", "I_Na"
};

/// Dimensional analysis of expressions. Equations are computed in the declared units as they stand, so that sizes count
/// as dimensions do: mV + V is a fault.
///
/// What is a fault is a contradiction between declared units: adding or comparing different ones, exp and its kin of
/// anything but a pure number, a power of a unit that leaves fractions beyond halves. Literal numbers fit: in
/// exp((V + 40)/10) both are in V's unit.
class Dimensions {
 public:
  /// `graph` must outlive this and may grow.
  Dimensions(const Graph& graph, SymbolUnits declared);

  /// Definitions without a declared unit get that of their expression. Faults are reported at the statements.
  void define(const EquationSet& set, const SourceText& source, Diagnostics& diagnostics);

  /// What `f` measures. A fault is reported once, where it is met first; what is faulty fits any unit.
  Measure of(Node f, const Place& place, Diagnostics& diagnostics);

  /// Does `f` fit `wanted`? `number` fits everything here: "beta = logistic(x)" may be a rate in 1/ms. If not, it is
  /// reported.
  bool fits(Node f, const Unit& wanted, const std::string& allowed, const Place& place, Diagnostics& diagnostics);

  const SymbolUnits& units() const { return units_; }

 private:
  Measure node(Node n, const Place& place, Diagnostics& diagnostics);
  Measure sum(Node n, Node a, Node b, const char* verb, const Place& place, Diagnostics& diagnostics);
  Measure argument(Node n, const Place& place, Diagnostics& diagnostics);
  Measure raised(Node n, const Place& place, Diagnostics& diagnostics);
  Measure fault(Node n, std::string problem, std::string allowed, const Place& place, Diagnostics& diagnostics);

  const Graph& graph_;
  SymbolUnits units_;
  std::unordered_map<std::uint32_t, Measure> known_;
};

/// All statements of a set: definitions fit their declared units, rates are unit(state) / time_unit. An empty time unit
/// is none: rates are then in the state's unit, or it is missing (reported).
void check_dimensions(Dimensions& dimensions, const EquationSet& set, const SourceText& source,
                      const std::string& time_unit, Diagnostics& diagnostics);

/// "mV (kg m2 s-3 A-1)", "1 (a pure number)", "m".
std::string named_unit_text(const Unit& u);

}  // namespace neurode::equations
