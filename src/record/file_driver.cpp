#include "record/file_driver.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <H5FDpublic.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <thread>

#include "record/journal.hpp"
#include "record/seal.hpp"

namespace neurode::record::h5 {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kMostWait = std::chrono::seconds(1);
constexpr auto kMostPutOff = std::chrono::seconds(10);
constexpr std::size_t kLargePiece = 4 << 20;
constexpr haddr_t kLargest = (haddr_t{1} << 62) - 1;

struct File {
  H5FD_t base{};  // the library's part comes first
  int descriptor = -1;
  haddr_t eoa = 0;  ///< end of what the library has given out
  haddr_t eof = 0;  ///< end of what is in the file
  bool abandoned = false;
  bool surely = false;                       ///< flush whoever reads
  std::optional<Clock::time_point> put_off;  ///< since when a flush waits for readers
  PendingWrites pending;
};

File& of(H5FD_t* file) { return *reinterpret_cast<File*>(file); }
const File& of(const H5FD_t* file) { return *reinterpret_cast<const File*>(file); }

/// The library's way to tell why a call failed.
herr_t failed(const char* what, int reason) {
  const std::string text = std::string(what) + ": error message = '" + std::generic_category().message(reason) + "'";
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_VFL, H5E_WRITEERROR, "%s", text.c_str());
  return -1;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t) {
  const int mode = (flags & H5F_ACC_RDWR ? O_RDWR : O_RDONLY) | (flags & H5F_ACC_TRUNC ? O_TRUNC : 0) |
                   (flags & H5F_ACC_CREAT ? O_CREAT : 0) | (flags & H5F_ACC_EXCL ? O_EXCL : 0) | O_CLOEXEC;
  auto file = std::unique_ptr<File>(new (std::nothrow) File);
  if (!file) return nullptr;
  file->descriptor = open(name, mode, 0666);
  struct stat status;
  if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0) {
    failed("open", errno);
    if (file->descriptor >= 0) close(file->descriptor);
    return nullptr;
  }
  if (!lock_for_writing(file->descriptor)) {
    failed("lock", EBUSY);
    close(file->descriptor);
    return nullptr;
  }
  file->eof = static_cast<haddr_t>(status.st_size);
  return &file.release()->base;
}

/// The lock that readers (h5py, this library) hold while they have the file open, so that nobody reads half of a
/// change. Readers are given some time to be done, and not more: true says that nobody reads.
bool without_readers(File& file) {
  const auto begin = Clock::now();
  while (flock(file.descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return true;  // a file system without it
    if (!file.surely || Clock::now() - begin > kMostWait) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

herr_t commit_file(File& file) {
  if (file.abandoned || file.pending.empty()) return 0;
  if (!without_readers(file) && !file.surely) {
    if (!file.put_off) file.put_off = Clock::now();
    if (Clock::now() - *file.put_off < kMostPutOff) return 0;  // the next flush takes it along
  }
  const haddr_t end = std::max(file.eoa, file.eof);
  const int reason = commit(file.descriptor, file.pending, end);
  flock(file.descriptor, LOCK_UN);
  if (reason != 0) return failed("write", reason);
  file.put_off.reset();
  file.pending.clear();
  file.eof = end;
  return 0;
}

herr_t close_file(H5FD_t* file) {
  const std::unique_ptr<File> own(&of(file));
  own->surely = true;
  herr_t result = commit_file(*own);
  if (result == 0 && !own->abandoned) seal(own->descriptor);
  if (close(own->descriptor) != 0 && result == 0) result = failed("close", errno);
  return result;
}

int compare(const H5FD_t* a, const H5FD_t* b) { return a < b ? -1 : a > b ? 1 : 0; }

herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DATA_SIEVE;
  return 0;
}

haddr_t get_eoa(const H5FD_t* file, H5FD_mem_t) { return of(file).eoa; }
herr_t set_eoa(H5FD_t* file, H5FD_mem_t, haddr_t eoa) {
  of(file).eoa = eoa;
  return 0;
}
haddr_t get_eof(const H5FD_t* file, H5FD_mem_t) { return of(file).eof; }
herr_t get_handle(H5FD_t* file, hid_t, void** handle) {
  *handle = &of(file);
  return 0;
}

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, size_t size, void* buffer) {
  const std::span<std::byte> bytes(static_cast<std::byte*>(buffer), size);
  if (const int reason = read_fully(of(file).descriptor, bytes, at)) return failed("read", reason);
  of(file).pending.overlay(at, bytes);
  return 0;
}

herr_t write(H5FD_t* h5, H5FD_mem_t type, hid_t, haddr_t at, size_t size, const void* buffer) {
  File& file = of(h5);
  if (file.abandoned) return 0;
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(buffer), size);
  try {
    if (type != H5FD_MEM_DRAW) {
      file.pending.put(at, bytes);
      return 0;
    }
    file.pending.erase(at, at + size);
  } catch (const std::bad_alloc&) {
    return failed("write", ENOMEM);
  }
  if (const int reason = write_fully(file.descriptor, bytes, at)) return failed("write", reason);
  file.eof = std::max(file.eof, at + size);
#ifdef __linux__
  // The disk begins at once, while the next piece is made ready, and not when it is waited for.
  if (size >= kLargePiece) {
    sync_file_range(file.descriptor, static_cast<off_t>(at), static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE);
  }
#endif
  return 0;
}

herr_t flush(H5FD_t* file, hid_t, hbool_t) { return commit_file(of(file)); }

/// Cuts off what the library gave back at the end of the file, where everything is in it.
herr_t truncate(H5FD_t* h5, hid_t, hbool_t closing) {
  File& file = of(h5);
  if (file.abandoned || !closing || !file.pending.empty() || file.eoa == file.eof) return 0;
  if (ftruncate(file.descriptor, static_cast<off_t>(file.eoa)) != 0) return failed("truncate", errno);
  file.eof = file.eoa;
  return 0;
}

hid_t driver() {
  static const H5FD_class_t description = [] {
    H5FD_class_t c = {};
#if H5_VERSION_GE(1, 13, 0)
    c.version = H5FD_CLASS_VERSION;
    c.value = static_cast<H5FD_class_value_t>(600);  // the range left to everybody
#endif
    c.name = "neurode";
    c.maxaddr = kLargest;
    c.fc_degree = H5F_CLOSE_WEAK;
    c.open = open_file;
    c.close = close_file;
    c.cmp = compare;
    c.query = query;
    c.get_eoa = get_eoa;
    c.set_eoa = set_eoa;
    c.get_eof = get_eof;
    c.get_handle = get_handle;
    c.read = read;
    c.write = write;
    c.flush = flush;
    c.truncate = truncate;
    // Numbers and structure from free lists of their own: what was the one never becomes the other.
    const H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
    std::copy(std::begin(map), std::end(map), c.fl_map);
    return c;
  }();
  static const hid_t id = H5FDregister(&description);
  return id;
}

File* file_of(hid_t file) {
  void* handle = nullptr;
  return H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 ? nullptr : static_cast<File*>(handle);
}

}  // namespace

void use_journal(const Origin& origin, hid_t access) {
  origin.check(H5Pset_driver(access, driver(), nullptr), "prepare the file");
}

void flush_surely(hid_t file, bool surely) noexcept {
  if (File* f = file_of(file)) f->surely = surely;
}

void abandon(hid_t file) noexcept {
  if (File* f = file_of(file)) f->abandoned = true;
}

std::uintmax_t bytes_in(hid_t file) noexcept {
  const File* f = file_of(file);
  return f ? size_of(f->descriptor) : 0;
}

bool has_a_name(hid_t file) noexcept {
  const File* f = file_of(file);
  struct stat status;
  return !f || fstat(f->descriptor, &status) != 0 || status.st_nlink > 0;
}

void synchronise(const Origin& origin, hid_t file) {
  File* f = file_of(file);
  if (!f || fdatasync(f->descriptor) != 0) {
    const int reason = errno;
    // EINVAL: a file system without it.
    if (f && (reason == EINVAL || reason == EROFS)) return;
    failed("synchronise", reason);
    origin.fail("bring the file to the disk");
  }
}

}  // namespace neurode::record::h5
