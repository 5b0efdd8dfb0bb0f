#pragma once

#include <string>
#include <vector>

#include "report/columns.hpp"
#include "report/figure.hpp"

namespace neurode::report {

/// A series with its own x.
Series points(const std::string& name, std::vector<double> x, std::vector<double> y, const char* line,
              const char* marks);

/// Of `neurode analyze continue`: states of rest and periodic orbits over the parameter, a figure a state; periods.
std::vector<Figure> bifurcations(const Source& source, const Columns& c);

}  // namespace neurode::report
