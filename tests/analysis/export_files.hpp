#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "neurode/analysis/export.hpp"
#include "record/example.hpp"
#include "record/scratch.hpp"

/// A folder with the example's result file r.h5 (25 points) in it, and exports of it.
struct ExportFiles {
  Scratch scratch;
  ExportFiles() { Example{}.write(scratch / "r.h5", 25); }

  neurode::analysis::ExportResult run(const std::string& format,
                                      const neurode::analysis::ExportRequest& request) const {
    const neurode::record::Reader reader(scratch / "r.h5");
    return neurode::analysis::export_result(reader, *neurode::find_entry(neurode::analysis::exporters(), format),
                                            request);
  }
  std::string text(const std::string& name) const {
    std::ifstream in(scratch / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> names(const std::string& folder = ".") const {
    std::vector<std::string> found;
    for (const auto& f : std::filesystem::directory_iterator(scratch / folder))
      found.push_back(f.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
};
