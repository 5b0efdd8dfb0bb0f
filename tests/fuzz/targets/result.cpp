#include <filesystem>

#include "fuzz/support.hpp"
#include "neurode/analysis/export.hpp"

namespace neurode::fuzz {

namespace {

/// Where exported files go; one a process.
const std::string& folder() {
  static const std::string name = [] {
    const std::string base = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    std::string made = base + "/neurode-fuzz-XXXXXX";
    if (!mkdtemp(made.data())) throw std::runtime_error("no folder to export into");
    return made + "/";
  }();
  return name;
}

}  // namespace

void result(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  refusing([&] {
    const record::Reader reader(file.name());
    std::size_t numbers = 0;
    for (const auto& v : reader.variables()) {
      std::size_t n = 1;
      for (const auto k : v.shape) must(!__builtin_mul_overflow(n, k, &n), "what is listed can be counted");
      numbers += n;
    }
    if (numbers > 100000) return;  // a matter of time
    for (const auto& v : reader.variables()) refusing([&] { reader.read(v.name); });
    for (const auto& format : analysis::exporters()) {
      refusing([&] {
        analysis::ExportRequest request;
        request.output = folder();
        request.overwrite = true;
        const auto done = analysis::export_result(reader, format, request);
        for (const auto& f : done.files) std::filesystem::remove(f);
      });
    }
  });
}

}  // namespace neurode::fuzz
