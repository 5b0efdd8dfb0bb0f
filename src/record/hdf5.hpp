#pragma once

#include <fmt/format.h>
#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

namespace neurode::record::h5 {

/// Owns one identifier of the library.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, -1);
      close_ = other.close_;
    }
    return *this;
  }

  operator hid_t() const { return id_; }  // as an argument of the C functions
  bool valid() const { return id_ >= 0; }
  /// Closes now and returns what the library says about it.
  herr_t reset() { return id_ >= 0 ? close_(std::exchange(id_, -1)) : 0; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// To be alive around every use of the library: the library is not safe for threads, and prints its errors unless told
/// not to. Recursive.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// In a child process from now on: its one thread goes without the lock, which a thread of the parent's holds.
  static void enter_child() { in_child_ = true; }

 private:
  static inline bool in_child_ = false;
  std::unique_lock<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// The library's innermost reason for the last failure, or the system's where the library quotes it.
std::string innermost_reason();

/// The file that is worked on: turns failed calls into FileError.
struct Origin {
  std::string path;

  /// @throws FileError "path: cannot `doing`: reason".
  [[noreturn]] void fail(const std::string& doing) const;
  /// Returns `result` unless it is negative, the library's sign of failure. `doing` follows "cannot ".
  template <class T, class... A>
  T check(T result, fmt::format_string<A...> doing, A&&... args) const {
    if (result < 0) fail(fmt::format(doing, std::forward<A>(args)...));
    return result;
  }
};

}  // namespace neurode::record::h5
