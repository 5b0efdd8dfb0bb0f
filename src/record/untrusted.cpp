#include "record/untrusted.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "neurode/record/reader.hpp"

namespace neurode::record::h5 {

namespace {

using Clock = std::chrono::steady_clock;

constexpr rlim_t kPatience = 5;                                // seconds of the processor for the child
constexpr int kLongPatience = 60'000;                          // ms on a machine that has much else to do
constexpr auto kNumbersTime = std::chrono::milliseconds(250);  // of these, for numbers
constexpr rlim_t kChildMemory = rlim_t{4} << 30;               // bytes, beyond what there is

Clock::time_point deadline = Clock::time_point::max();

herr_t no_other_file(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) { return -1; }

/// A property list whose links end at the file's edge.
Handle within_file(hid_t kind) {
  Handle list(H5Pcreate(kind), H5Pclose);
  H5Pset_elink_cb(list, no_other_file, nullptr);
  return list;
}

/// Signals kill again, nothing is printed, and memory is bounded: whatever the program has set up is not for the child.
void become_child() {
  for (const int s : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM, SIGXCPU}) std::signal(s, SIG_DFL);
  // Not by freopen(): it would write out, a second time, what the program has in its buffers.
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  for (const int out : {STDOUT_FILENO, STDERR_FILENO}) {
    if (nowhere < 0 || dup2(nowhere, out) < 0) ::close(out);
  }
  std::ifstream sizes("/proc/self/statm");
  rlim_t pages = 0;
  for (int k = 0; k < 6; ++k) sizes >> pages;  // the sixth: data
  if (sizes) {
    const rlim_t most = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + kChildMemory;
    const rlimit data{most, most};
    setrlimit(RLIMIT_DATA, &data);
  }
  const rlimit time{kPatience, kPatience + 1};
  setrlimit(RLIMIT_CPU, &time);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

std::uintmax_t look_at_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    const bool absent = !error || error == std::errc::no_such_file_or_directory;
    throw FileError(path, absent ? "there is no such file" : "cannot open the file: " + error.message());
  }
  if (std::filesystem::is_directory(status)) throw FileError(path, "is a folder, not an HDF5 file");
  if (!std::filesystem::is_regular_file(status)) throw FileError(path, "is no ordinary file");
  if (!std::ifstream(path)) throw FileError(path, "cannot open the file: permission denied");
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (bytes == 0) throw FileError(path, "is empty, not an HDF5 file");
  if (is_damaged(path)) {
    throw FileError(path,
                    "is damaged: its bytes are not those that were written. Copy it anew, if there is another; "
                    "h5py and h5dump may read what is left of it");
  }
  return bytes;
}

Handle open_to_read(const Origin& origin) {
  const Handle access(origin.check(H5Pcreate(H5P_FILE_ACCESS), "open the file"), H5Pclose);
  origin.check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "open the file");
#if H5_VERSION_GE(1, 10, 7)
  // Locked against half a change: a writer waits for readers, and readers for a writer's fraction of a millisecond.
  origin.check(H5Pset_file_locking(access, true, true), "open the file");
#endif
  constexpr int kTries = 200;
  for (int k = 1;; ++k) {
    const hid_t file = H5Fopen(origin.path.c_str(), H5F_ACC_RDONLY, access);
    if (file >= 0) return {file, H5Fclose};
    if (k == kTries || !is_being_written(origin.path)) origin.fail("open the file");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

hid_t open_object(hid_t file, const std::string& name) {
  return H5Oopen(file, name.c_str(), within_file(H5P_LINK_ACCESS));
}

hid_t open_dataset(hid_t file, const std::string& name) {
  return H5Dopen2(file, name.c_str(), within_file(H5P_DATASET_ACCESS));
}

bool link_exists(hid_t file, const std::string& name) {
  return H5Lexists(file, name.c_str(), within_file(H5P_LINK_ACCESS)) > 0;
}

bool size_of_numbers(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  return size == 1 || size == 2 || size == 4 || size == 8 || size == 16;
}

std::vector<std::size_t> checked_shape(const Origin& origin, hid_t dataset, const std::string& what,
                                       std::uintmax_t file_bytes) {
  const Handle type(origin.check(H5Dget_type(dataset), "read the type of {}", what), H5Tclose);
  const Handle space(origin.check(H5Dget_space(dataset), "read the shape of {}", what), H5Sclose);
  const Handle made(origin.check(H5Dget_create_plist(dataset), "read {}", what), H5Pclose);
  const auto refuse = [&](const std::string& why) { throw FileError(origin.path, what + " " + why); };
  if (!size_of_numbers(type)) refuse("holds numbers of a size that there is not");
  const H5D_layout_t layout = H5Pget_layout(made);
  if (H5Pget_external_count(made) > 0 || layout == H5D_VIRTUAL) refuse("has its numbers in another file");

  const int rank = origin.check(H5Sget_simple_extent_ndims(space), "read the shape of {}", what);
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
  if (rank > 0) origin.check(H5Sget_simple_extent_dims(space, extent.data(), nullptr), "read the shape of {}", what);
  std::uint64_t most = 0;
  if (__builtin_mul_overflow(file_bytes, limits::kDeflateRatio, &most)) most = limits::kMostElements;
  most = std::max(most, limits::kUnstoredBytes);
  const auto bound = [&](const std::vector<hsize_t>& announced, const char* words) {
    std::vector<hsize_t> sizes = announced;
    std::replace(sizes.begin(), sizes.end(), hsize_t{0}, hsize_t{1});  // 0 of a thousand billion are as many to count
    sizes.push_back(H5Tget_size(type));
    if (!checked_product(sizes, most)) {
      refuse(fmt::format("announces {}{} numbers, more than a file of {} bytes holds", words,
                         fmt::join(announced, " x "), file_bytes));
    }
  };
  bound(extent, "");
  if (layout == H5D_CHUNKED) {  // which are read whole
    std::vector<hsize_t> chunk(extent.size(), 1);
    const int n = H5Pget_chunk(made, static_cast<int>(chunk.size()), chunk.data());
    if (n != rank) refuse("has chunks of another shape than its own");
    bound(chunk, "chunks of ");
  }
  return {extent.begin(), extent.end()};
}

bool time_is_up() { return Clock::now() > deadline; }

void try_first(const Origin& origin, const std::function<void()>& read) {
  if (deadline != Clock::time_point::max()) return;  // in the child
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;  // no more files can be open: what follows will say so
  const pid_t child = fork();
  if (child == 0) {
    ::close(ends[0]);
    become_child();
    Session::enter_child();
    deadline = Clock::now() + kNumbersTime;
    try {
      read();
    } catch (...) {
    }
    _exit(0);
  }
  ::close(ends[1]);
  if (child < 0) {  // no memory, or too many processes
    ::close(ends[0]);
    return;
  }
  // The child's end closes when it dies, however it does.
  pollfd closed{ends[0], POLLIN, 0};
  int ready = 0;
  const auto end = Clock::now() + std::chrono::milliseconds(kLongPatience);
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    ready = poll(&closed, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
  } while (ready < 0 && errno == EINTR);
  ::close(ends[0]);
  if (ready <= 0) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (ready > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const bool endless = ready <= 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
  throw FileError(origin.path, endless ? "is damaged: the HDF5 library does not come to an end with it"
                                       : "is damaged: the HDF5 library cannot read it without crashing");
}

}  // namespace neurode::record::h5
