#include "neurode/core/registry.hpp"

#include <fmt/format.h>

namespace neurode {

Diagnostic unknown_name(const std::string& what, const Value& at, const std::string& name,
                        const std::vector<std::string>& allowed) {
  Diagnostic d;
  d.where = at.where;
  d.key = at.key;
  d.problem = fmt::format("unknown {} \"{}\"", what, name);
  d.allowed = allowed.empty() ? "none here" : quoted_list(allowed);
  d.suggestion = nearest_name(name, allowed);
  return d;
}

}  // namespace neurode
