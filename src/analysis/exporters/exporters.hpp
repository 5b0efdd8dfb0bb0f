#pragma once

#include "neurode/analysis/export.hpp"

namespace neurode::analysis {

Exporter csv_exporter();
Exporter json_exporter();
Exporter mat_exporter();
Exporter npy_exporter();

}  // namespace neurode::analysis
