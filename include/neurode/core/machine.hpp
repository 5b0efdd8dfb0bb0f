#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace neurode {

/// How much there is of something, and what says so.
struct Available {
  double bytes = 0;
  std::string why;  ///< "free memory of this machine", "limit of the control group", ...
};

/// Memory that this process may still take without being ended for it: the least of what the machine has free, what
/// its control groups (versions 1 and 2) leave, and what `ulimit -v` and `ulimit -d` leave. Where nothing can be read,
/// the machine's memory.
Available available_memory();

/// The same from other roots than "/proc" and "/sys/fs/cgroup"; without the limits of ulimit.
Available available_memory(const std::filesystem::path& proc, const std::filesystem::path& cgroups);

/// Free space of the file system that `file` is on, or is to be; nothing where that cannot be told.
std::optional<double> free_space(const std::filesystem::path& file);

/// "320.0 MB", "4.1 GB": decimal units.
std::string size_text(double bytes);

}  // namespace neurode
