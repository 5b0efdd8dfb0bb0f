#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"

namespace neurode::record {

namespace fs = std::filesystem;

/// Creates and removes a file in the folder: permissions, read-only file systems, access lists all speak here.
static void try_folder(const fs::path& path, const fs::path& folder) {
  const fs::path probe = folder / (".neurode-" + std::to_string(getpid()) + ".probe");
  const int descriptor = open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int reason = errno;
    if (reason == EEXIST) return;  // left by a process of the same number: it could be made
    throw FileError(path.string(),
                    "cannot write into folder \"" + folder.string() + "\": " + std::generic_category().message(reason));
  }
  close(descriptor);
  unlink(probe.c_str());
}

void check_writable(const fs::path& path, bool overwrite) {
  const auto refuse = [&](const std::string& what) { throw FileError(path.string(), what); };
  if (path.empty()) refuse("the name of the file to write is empty");
  std::error_code error;
  const fs::file_status link = fs::symlink_status(path, error);
  const fs::file_status there = fs::status(path, error);
  if (there.type() == fs::file_type::none && error != std::errc::permission_denied &&
      error != std::errc::not_a_directory) {
    refuse("cannot be written: " + error.message());
  }
  fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  if (fs::is_directory(there)) refuse("is a folder, not a file that can be written");
  if (path.filename().empty()) refuse("names a folder, not a file");
  if (fs::is_symlink(link) && !fs::exists(there)) refuse("is a symbolic link that leads nowhere");
  if (fs::exists(there)) {
    if (!fs::is_regular_file(there)) refuse("is no ordinary file (a device, pipe or socket)");
    if (!overwrite) refuse("exists already; choose another name, or overwrite it with --force");
    if (access(path.c_str(), W_OK) != 0) {
      refuse("exists and may not be written: " + std::generic_category().message(errno));
    }
    folder = fs::canonical(path, error).parent_path();
  }
  const fs::file_status folder_status = fs::status(folder, error);
  if (!fs::exists(folder_status)) {
    refuse("cannot be written: " + (error && error != std::errc::no_such_file_or_directory
                                        ? "folder \"" + folder.string() + "\": " + error.message()
                                        : "there is no folder \"" + folder.string() + "\""));
  }
  if (!fs::is_directory(folder_status)) refuse("cannot be written: \"" + folder.string() + "\" is not a folder");
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    refuse("cannot write into folder \"" + folder.string() + "\": " + std::generic_category().message(errno));
  }
  try_folder(path, folder);
}

}  // namespace neurode::record
