#include "neurode/core/machine.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace neurode;
namespace fs = std::filesystem;

namespace {

/// A made-up /proc and /sys/fs/cgroup.
struct Machine {
  fs::path root = fs::temp_directory_path() / ("neurode-machine-" + std::to_string(getpid()));
  Machine() { fs::create_directories(root); }
  ~Machine() { fs::remove_all(root); }
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }
  Available available() const { return available_memory(root / "proc", root / "cgroup"); }
};

}  // namespace

TEST_CASE("available memory: what the machine has free") {
  Machine m;
  m.put("proc/meminfo", "MemTotal:       2000 kB\nMemAvailable:       1000 kB\n");
  CHECK(m.available().bytes == 1024000);
  CHECK(m.available().why == "free memory of this machine");
}

TEST_CASE("available memory: a group of version 2, and the ones around it") {
  Machine m;
  m.put("proc/meminfo", "MemAvailable:       1000 kB\n");
  m.put("proc/self/cgroup", "0::/outer/inner\n");
  m.put("cgroup/outer/inner/memory.max", "max\n");
  m.put("cgroup/outer/inner/memory.current", "100\n");
  m.put("cgroup/outer/memory.max", "500000\n");
  m.put("cgroup/outer/memory.current", "300000\n");
  CHECK(m.available().bytes == 200000);
  CHECK(m.available().why == "what is free of its control group's limit");
  m.put("cgroup/outer/memory.stat", "anon 1\ninactive_file 50000\n");
  CHECK(m.available().bytes == 250000);
}

TEST_CASE("available memory: a group of version 1, also where its path is that of the outer system") {
  Machine m;
  m.put("proc/meminfo", "MemAvailable:       1000 kB\n");
  m.put("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n");
  m.put("cgroup/memory/memory.limit_in_bytes", "400000\n");
  m.put("cgroup/memory/memory.usage_in_bytes", "100000\n");
  CHECK(m.available().bytes == 300000);
  m.put("cgroup/memory/docker/abc/memory.limit_in_bytes", "150000\n");
  m.put("cgroup/memory/docker/abc/memory.usage_in_bytes", "200000\n");
  CHECK(m.available().bytes == 0);
}

TEST_CASE("available memory: nothing to read leaves the machine's memory") {
  const Machine m;
  CHECK(m.available().bytes ==
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

TEST_CASE("free space is told where there is a folder") {
  CHECK(free_space(fs::temp_directory_path() / "x.h5").value() > 0);
  CHECK(free_space("x.h5").value() > 0);
  CHECK_FALSE(free_space("/nowhere/at/all/x.h5").has_value());
}

TEST_CASE("sizes as text") {
  CHECK(size_text(512) == "512 B");
  CHECK(size_text(3400) == "3.4 kB");
  CHECK(size_text(12.1e6) == "12.1 MB");
  CHECK(size_text(8e12) == "8.0 TB");
  CHECK(size_text(8e20) == "8.0e+08 TB");
}
