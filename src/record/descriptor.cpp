#include "record/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace neurode::record {

Descriptor open_file(const std::filesystem::path& path, int mode) {
  Descriptor file{open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK)};
  struct stat status;
  if (file.number >= 0 && (fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode))) {
    close(std::exchange(file.number, -1));
    errno = EINVAL;
  }
  return file;
}

std::uint64_t size_of(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

int write_fully(int descriptor, std::span<const std::byte> bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t done = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? errno : ENOSPC;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    at += static_cast<std::uint64_t>(done);
  }
  return 0;
}

int read_fully(int descriptor, std::span<std::byte> bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t done = pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    if (done == 0) {
      std::memset(bytes.data(), 0, bytes.size());
      return 0;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    at += static_cast<std::uint64_t>(done);
  }
  return 0;
}

}  // namespace neurode::record
