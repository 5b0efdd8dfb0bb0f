#include "record/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"
#include "record/journal.hpp"

namespace neurode::record {

namespace {

constexpr unsigned kMostInHeader = 4096;
constexpr const char* kInUse = "is being written by another process; wait for it, or choose another name";

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
  h5::use_journal(origin, list);
  // Metadata in blocks of their own, so that the numbers lie side by side and what is freed of them can be given back.
  origin.check(H5Pset_meta_block_size(list, metadata_bytes), "create the file");
  // A cache of fixed, ample size: clean entries make room for new ones.
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

/// Hidden files of the same name that a killed process has left: nobody holds them.
void remove_leftovers(const std::filesystem::path& folder, const std::string& name) {
  std::error_code error;
  const std::string begin = "." + name + ".", end = ".part";
  for (std::filesystem::directory_iterator at(folder.empty() ? "." : folder, error), last; !error && at != last;
       at.increment(error)) {
    const std::string file = at->path().filename().string();
    if (file.size() <= begin.size() + end.size() || file.rfind(begin, 0) != 0 || !file.ends_with(end)) continue;
    const int descriptor = open(at->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) continue;
    if (lock_for_writing(descriptor)) unlink(at->path().c_str());
    ::close(descriptor);
  }
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path, bool overwrite, std::size_t metadata_bytes)
    : origin_{path.string()} {
  check_writable(path, overwrite);
  std::error_code ignored;
  target_ = std::filesystem::canonical(path, ignored);  // through symbolic links; empty if there is nothing yet
  if (target_.empty()) target_ = path;
  older_ = open(target_.c_str(), O_RDWR | O_CLOEXEC);
  try {
    if (older_ >= 0 && !lock_for_writing(older_)) throw FileError(origin_.path, kInUse);
    hidden_ = target_.parent_path() / fmt::format(".{}.{}.part", target_.filename().string(), getpid());
    remove_leftovers(hidden_.parent_path(), target_.filename().string());
    const auto creation = creation_properties(origin_), access = access_properties(origin_, metadata_bytes);
    file_ = {origin_.check(H5Fcreate(hidden_.c_str(), H5F_ACC_EXCL, creation, access), "create the file"), H5Fclose};
  } catch (...) {
    abandon();
    throw;
  }
}

void OutputFile::publish() {
  if (hidden_.empty()) return;
  int failed = 0;
  if (older_ >= 0) {
    failed = rename(hidden_.c_str(), target_.c_str());
  } else {  // nobody else's file that has come up meanwhile is replaced
    failed = link(hidden_.c_str(), target_.c_str());
    if (failed != 0 && errno != EEXIST) {
      failed = rename(hidden_.c_str(), target_.c_str());  // a file system without links
    } else if (failed == 0) {
      unlink(hidden_.c_str());
    }
  }
  if (failed != 0) {
    const int reason = errno;
    throw FileError(origin_.path,
                    reason == EEXIST ? kInUse : "cannot create the file: " + std::generic_category().message(reason));
  }
  hidden_.clear();
  if (older_ >= 0) ::close(std::exchange(older_, -1));
}

void OutputFile::flush(bool surely) {
  h5::flush_surely(file_, surely);
  origin_.check(H5Fflush(file_, H5F_SCOPE_LOCAL), "write on");
  if (!h5::has_a_name(file_))
    throw FileError(origin_.path, "is gone: it, or its folder, was removed while it was written");
}

void OutputFile::close() {
  flush(true);
  origin_.check(file_.reset(), "close the file");
}

void OutputFile::abandon() noexcept {
  if (older_ >= 0) ::close(std::exchange(older_, -1));
  if (file_.valid()) {
    const h5::Session session;
    h5::abandon(file_);
    file_.reset();
  }
  if (!hidden_.empty()) unlink(hidden_.c_str());
}

}  // namespace neurode::record
