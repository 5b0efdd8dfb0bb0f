#include "core/udunits.hpp"

#include "neurode/core/units.hpp"

#ifdef NEURODE_HAVE_UDUNITS2

#include <udunits2.h>

#include <cmath>
#include <memory>
#include <mutex>
#include <string_view>

namespace neurode {

namespace {

/// The data base, read at the first unknown name: it costs some milliseconds. Lives to the end of the program. Null
/// where its file is missing.
ut_system* data_base() {
  static ut_system* const system = [] {
    ut_set_error_message_handler(ut_ignore);
    return ut_read_xml(nullptr);
  }();
  return system;
}

/// Index of a base unit of udunits2 in Unit::halves; -1: dimensionless (radian); -2: none of ours.
int base_index(const ut_unit* basic) {
  const char* symbol = ut_get_symbol(basic, UT_ASCII);
  const std::string_view s = symbol != nullptr ? symbol : "";
  static constexpr std::array<std::string_view, 6> kOrder = {"kg", "m", "s", "A", "K", "mol"};
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (s == kOrder[i]) return static_cast<int>(i);
  }
  return s == "rad" ? -1 : -2;
}

bool multiply(Unit& out, const ut_unit* basic, int power) {
  const int i = base_index(basic);
  if (i >= 0) out.halves[static_cast<std::size_t>(i)] += 2 * power;
  return i != -2;
}

ut_status visit_basic(const ut_unit* unit, void* out) {
  return multiply(*static_cast<Unit*>(out), unit, 1) ? UT_SUCCESS : UT_MEANINGLESS;
}

ut_status visit_product(const ut_unit*, int count, const ut_unit* const* basic, const int* powers, void* out) {
  for (int i = 0; i < count; ++i) {
    if (!multiply(*static_cast<Unit*>(out), basic[i], powers[i])) return UT_MEANINGLESS;
  }
  return UT_SUCCESS;
}

extern "C" {
static ut_status visit_galilean(const ut_unit*, double scale, const ut_unit* underlying, double offset, void* arg);
static ut_status refuse_timestamp(const ut_unit*, const ut_unit*, double, void*) { return UT_MEANINGLESS; }
static ut_status refuse_logarithmic(const ut_unit*, double, const ut_unit*, void*) { return UT_MEANINGLESS; }
}

const ut_visitor kVisitor = {visit_basic, visit_product, visit_galilean, refuse_timestamp, refuse_logarithmic};

/// value in the underlying unit = scale * (value in this one + offset)
ut_status visit_galilean(const ut_unit*, double scale, const ut_unit* underlying, double offset, void* arg) {
  Unit& out = *static_cast<Unit*>(arg);
  out.zero = scale * (out.zero + offset);
  out.scale *= scale;
  return ut_accept_visitor(underlying, &kVisitor, arg);
}

/// A temperature scale with a zero of its own stands beside degC, not beside K.
bool settle_zero(Unit& u) {
  if (u.zero == 0) return true;
  Unit kelvin;
  kelvin.halves[4] = 2;
  if (u.halves != kelvin.halves) return false;
  u.halves = {0, 0, 0, 0, 0, 0, 2};
  return true;
}

}  // namespace

std::optional<Unit> udunits_unit(const std::string& name) {
  static std::mutex one_at_a_time;  // the library keeps global state
  const std::lock_guard lock(one_at_a_time);
  ut_system* const system = data_base();
  if (system == nullptr || name.empty()) return std::nullopt;
  const std::unique_ptr<ut_unit, void (*)(ut_unit*)> unit(ut_parse(system, name.c_str(), UT_ASCII), ut_free);
  Unit out;
  if (!unit || ut_accept_visitor(unit.get(), &kVisitor, &out) != UT_SUCCESS) return std::nullopt;
  if (!std::isfinite(out.scale) || !(out.scale > 0) || !settle_zero(out)) return std::nullopt;
  return out;
}

bool have_udunits2() { return true; }

}  // namespace neurode

#else

namespace neurode {

std::optional<Unit> udunits_unit(const std::string&) { return std::nullopt; }

bool have_udunits2() { return false; }

}  // namespace neurode

#endif
