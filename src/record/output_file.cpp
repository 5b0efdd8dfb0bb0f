#include "record/output_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"

namespace neurode::record {

namespace {

constexpr unsigned kMostInHeader = 4096;

h5::Handle creation_properties(const h5::Origin& origin) {
  h5::Handle list(origin.check(H5Pcreate(H5P_FILE_CREATE), "create the file"), H5Pclose);
  const unsigned in_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  origin.check(H5Pset_link_creation_order(list, in_order), "create the file");
  origin.check(H5Pset_attr_creation_order(list, in_order), "create the file");
  // All in object headers, which have checksums: the library can crash on damaged heaps.
  origin.check(H5Pset_link_phase_change(list, kMostInHeader, 0), "create the file");
  origin.check(H5Pset_attr_phase_change(list, kMostInHeader, 0), "create the file");
  return list;
}

h5::Handle access_properties(const h5::Origin& origin, std::size_t metadata_bytes) {
  h5::Handle list(origin.check(H5Pcreate(H5P_FILE_ACCESS), "create the file"), H5Pclose);
  origin.check(H5Pset_fclose_degree(list, H5F_CLOSE_STRONG), "create the file");
  // Not the latest format: its superblock marks an open file, and refuses to open one that was not closed.
  origin.check(H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18), "create the file");
#if H5_VERSION_GE(1, 10, 7)
  origin.check(H5Pset_file_locking(list, false, true), "create the file");
#endif
  // Metadata in blocks of their own, so that the numbers lie side by side and what is freed of them can be given back.
  origin.check(H5Pset_meta_block_size(list, metadata_bytes), "create the file");
  // A cache of fixed, ample size: dirty entries stay until flush(), clean ones make room for new ones.
  H5AC_cache_config_t cache;
  cache.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  origin.check(H5Pget_mdc_config(list, &cache), "create the file");
  cache.set_initial_size = true;
  cache.initial_size = cache.max_size = 32 * 1024 * 1024;
  cache.min_clean_fraction = 0;
  cache.incr_mode = H5C_incr__off;
  cache.flash_incr_mode = H5C_flash_incr__off;
  cache.decr_mode = H5C_decr__off;
  origin.check(H5Pset_mdc_config(list, &cache), "create the file");
  return list;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path, bool overwrite, std::size_t metadata_bytes)
    : origin_{path.string()} {
  check_writable(path, overwrite);
  std::error_code ignored;
  auto target = std::filesystem::canonical(path, ignored);  // through symbolic links; empty if there is nothing yet
  if (target.empty()) {
    target = path;
  } else {
    std::error_code error;
    std::filesystem::remove(target, error);
    if (error) throw FileError(origin_.path, "cannot replace the file: " + error.message());
  }
  const auto creation = creation_properties(origin_), access = access_properties(origin_, metadata_bytes);
  file_ = {origin_.check(H5Fcreate(target.c_str(), H5F_ACC_EXCL, creation, access), "create the file"), H5Fclose};
}

int OutputFile::descriptor() const {
  void* descriptor = nullptr;
  origin_.check(H5Fget_vfd_handle(file_, H5P_DEFAULT, &descriptor), "get at the file");
  return *static_cast<int*>(descriptor);
}

void OutputFile::reserve() {
  hsize_t needed = 0;
  struct stat status;
  origin_.check(H5Fget_filesize(file_, &needed), "tell the size of the file");
  if (fstat(descriptor(), &status) != 0 || static_cast<hsize_t>(status.st_size) >= needed) return;
  int reason = 0;
  rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && needed > limit.rlim_cur)
    reason = EFBIG;
#ifdef __linux__
  // The size stays as it is: the library only sets it where it thinks that it has to.
  const auto size = static_cast<off_t>(needed);
  if (reason == 0 && fallocate(descriptor(), FALLOC_FL_KEEP_SIZE, status.st_size, size - status.st_size) != 0) {
    reason = errno;
  }
#endif
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) {
    throw FileError(origin_.path, "cannot write on: " + std::generic_category().message(reason));
  }
}

void OutputFile::flush() {
  reserve();
  origin_.check(H5Fflush(file_, H5F_SCOPE_LOCAL), "flush the file");
}

void OutputFile::close() {
  flush();
  origin_.check(file_.reset(), "close the file");
}

void OutputFile::abandon() noexcept {
  if (!file_.valid()) return;
  const h5::Session session;
  // Whatever the library still wants to write goes into a nameless file in memory.
  void* descriptor = nullptr;
  if (H5Fget_vfd_handle(file_, H5P_DEFAULT, &descriptor) >= 0) {
#ifdef __linux__
    const int sink = memfd_create("abandoned", MFD_CLOEXEC);
#else
    const int sink = open("/dev/null", O_RDWR | O_CLOEXEC);
#endif
    if (sink >= 0) {
      dup2(sink, *static_cast<int*>(descriptor));
      ::close(sink);
    }
  }
  file_.reset();
}

}  // namespace neurode::record
