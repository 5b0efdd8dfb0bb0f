#include "neurode/core/machine.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace neurode {

namespace fs = std::filesystem;

namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

/// The number after `name` in lines of "name number"; infinite where there is none.
double field(const fs::path& file, const std::string& name) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string key;
    double value = 0;
    if (words >> key >> value && key == name) return value;
  }
  return kNone;
}

/// The only number of a file; infinite where there is none ("max").
double number(const fs::path& file) {
  std::ifstream in(file);
  double value = 0;
  return in >> value ? value : kNone;
}

/// What a group leaves: its limit less what is used, where files in its cache, which it can drop, count as free.
double left(const fs::path& limit, const fs::path& usage, const fs::path& stat, const std::string& cache) {
  const double most = number(limit), used = number(usage), dropped = field(stat, cache);
  if (most == kNone || used == kNone) return kNone;
  return std::max(0.0, most - used + (dropped == kNone ? 0 : dropped));
}

/// The least of what a group and those around it leave. In a container the path may be that of the outer system; then
/// the group is at the root.
double left_by_groups(const fs::path& root, const fs::path& group, bool second) {
  double least = kNone;
  fs::path at = group.relative_path();
  while (true) {
    const fs::path here = at.empty() ? root : root / at;
    least = std::min(least,
                     second ? left(here / "memory.max", here / "memory.current", here / "memory.stat", "inactive_file")
                            : left(here / "memory.limit_in_bytes", here / "memory.usage_in_bytes", here / "memory.stat",
                                   "total_inactive_file"));
    if (at.empty()) return least;
    at = at.parent_path();
  }
}

double left_by_groups(const fs::path& proc, const fs::path& cgroups) {
  double least = kNone;
  std::ifstream in(proc / "self/cgroup");
  std::string line;
  while (std::getline(in, line)) {  // "4:memory:/path", of version 2 "0::/path"
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      least = std::min(least, left_by_groups(cgroups, group, true));
      least = std::min(least, left_by_groups(cgroups / "unified", group, true));
    } else if (("," + controllers + ",").find(",memory,") != std::string::npos) {
      least = std::min(least, left_by_groups(cgroups / "memory", group, false));
    }
  }
  return least;
}

double limit_of(decltype(RLIMIT_AS) which) {
  rlimit limit{};
  if (getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNone;
  return static_cast<double>(limit.rlim_cur);
}

void take_less(Available& a, double bytes, const char* why) {
  if (bytes < a.bytes) a = {std::max(0.0, bytes), why};
}

}  // namespace

Available available_memory(const fs::path& proc, const fs::path& cgroups) {
  const auto pages = static_cast<double>(sysconf(_SC_PHYS_PAGES)), page = static_cast<double>(sysconf(_SC_PAGESIZE));
  Available a{pages * page, "this machine's memory"};
  take_less(a, 1024 * field(proc / "meminfo", "MemAvailable:"), "free memory of this machine");
  take_less(a, left_by_groups(proc, cgroups), "what is free of its control group's limit");
  return a;
}

Available available_memory() {
  Available a = available_memory("/proc", "/sys/fs/cgroup");
  take_less(a, limit_of(RLIMIT_AS) - 1024 * field("/proc/self/status", "VmSize:"), "what ulimit -v leaves");
  take_less(a, limit_of(RLIMIT_DATA) - 1024 * field("/proc/self/status", "VmData:"), "what ulimit -d leaves");
  return a;
}

std::optional<double> free_space(const fs::path& file) {
  std::error_code fault;
  fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const auto space = fs::space(folder, fault);
  if (fault) return std::nullopt;
  return static_cast<double>(space.available);
}

std::string size_text(double bytes) {
  if (bytes < 1000) return fmt::format("{:.0f} B", bytes);
  for (const char* unit : {"kB", "MB", "GB"}) {
    bytes /= 1000;
    if (bytes < 1000) return fmt::format("{:.1f} {}", bytes, unit);
  }
  return bytes < 1e6 ? fmt::format("{:.1f} TB", bytes / 1000) : fmt::format("{:.1e} TB", bytes / 1000);
}

}  // namespace neurode
