#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz/targets.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::fuzz {

/// A file that lives in memory; the readers take names.
class MemoryFile {
 public:
  MemoryFile(const void* data, std::size_t size) : handle_(memfd_create("fuzz", MFD_CLOEXEC)) {
    const char* at = static_cast<const char*>(data);
    while (handle_ >= 0 && size > 0) {
      const ssize_t n = write(handle_, at, size);
      if (n <= 0) throw std::runtime_error("no room for a file in memory");
      at += n;
      size -= static_cast<std::size_t>(n);
    }
    if (handle_ < 0) throw std::runtime_error("no file in memory");
  }
  ~MemoryFile() { close(handle_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string name() const { return "/proc/self/fd/" + std::to_string(handle_); }

 private:
  int handle_;
};

/// What must hold of any input.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// Refusals are what is expected of bad input: with words, and with a place where they are of a file. Anything else
/// that is thrown (out of memory among it) is a finding.
template <class F>
void refusing(const F& f) {
  try {
    f();
  } catch (const ScenarioError& e) {
    must(!e.diagnostics().empty(), "a refusal has reasons");
    for (const auto& d : e.diagnostics()) must(!d.problem.empty(), "a fault has words");
  } catch (const Error& e) {
    must(e.what()[0] != '\0', "a refusal has words");
  }
}

/// The first byte chooses among variants of a target; the rest is the input.
inline std::pair<unsigned, std::string_view> choice_and_text(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return {0, {}};
  return {data[0], {reinterpret_cast<const char*>(data) + 1, size - 1}};
}

}  // namespace neurode::fuzz
