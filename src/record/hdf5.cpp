#include "record/hdf5.hpp"

#include "neurode/core/errors.hpp"

namespace neurode::record::h5 {

static std::recursive_mutex& library_mutex() {
  static std::recursive_mutex m;
  return m;
}

Session::Session() : lock_(library_mutex(), std::defer_lock) {
  if (!in_child_) lock_.lock();
  // Everything is closed by its owner. The library's own clean-up at exit would only meet files that could not be
  // closed for want of room, and crash on them.
  static const herr_t no_cleanup = H5dont_atexit();
  static_cast<void>(no_cleanup);
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }

std::string innermost_reason() {
  std::string reason;
  const H5E_walk2_t first_described = [](unsigned, const H5E_error2_t* e, void* out) -> herr_t {
    auto& text = *static_cast<std::string*>(out);
    if (text.empty() && e->desc) text = e->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_described, &reason);
  // "file write failed: time = ..., errno = 28, error message = 'No space left on device', buf = ...": keep the
  // message.
  const std::string mark = "error message = '";
  if (const auto at = reason.find(mark); at != std::string::npos) {
    const auto begin = at + mark.size();
    reason = reason.substr(begin, reason.find('\'', begin) - begin);
  }
  return reason.empty() ? "the HDF5 library gives no reason" : reason;
}

void Origin::fail(const std::string& doing) const {
  throw FileError(path, "cannot " + doing + ": " + innermost_reason());
}

}  // namespace neurode::record::h5
