#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"
#include "scratch.hpp"

using neurode::FileError;
using neurode::record::check_writable;

static std::string refusal(const std::filesystem::path& path, bool overwrite = false) {
  try {
    check_writable(path, overwrite);
  } catch (const FileError& e) {
    CHECK(e.path() == path.string());
    CHECK(e.exit_status() == 4);
    return std::string(e.what()).substr(path.string().size());
  }
  return "";
}

TEST_CASE("what can be written") {
  const Scratch scratch;
  CHECK(refusal(scratch / "new.h5") == "");
  std::ofstream(scratch / "old.h5") << "x";
  CHECK(refusal(scratch / "old.h5", true) == "");
  std::filesystem::create_symlink(scratch / "old.h5", scratch / "link.h5");
  CHECK(refusal(scratch / "link.h5", true) == "");
  // Nothing is left behind, and nothing was touched.
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.folder()), {}) == 2);
  CHECK(std::filesystem::file_size(scratch / "old.h5") == 1);
}

TEST_CASE("what cannot, and why") {
  const Scratch scratch;
  std::ofstream(scratch / "old.h5") << "x";
  CHECK(refusal(scratch / "old.h5") == ": exists already; choose another name, or overwrite it with --force");
  CHECK(refusal(scratch / "no/such/r.h5") ==
        ": cannot be written: there is no folder \"" + (scratch / "no/such").string() + "\"");
  CHECK(refusal(scratch / "old.h5/r.h5") ==
        ": cannot be written: \"" + (scratch / "old.h5").string() + "\" is not a folder");
  CHECK(refusal(scratch.folder()) == ": is a folder, not a file that can be written");
  CHECK(refusal(scratch / "new/") == ": names a folder, not a file");
  CHECK(refusal("") == ": the name of the file to write is empty");
  CHECK(refusal("/dev/null", true) == ": is no ordinary file (a device, pipe or socket)");
  std::filesystem::create_symlink(scratch / "nowhere", scratch / "dangling.h5");
  CHECK(refusal(scratch / "dangling.h5") == ": is a symbolic link that leads nowhere");
  CHECK(refusal(scratch / std::string(300, 'x')).find("File name too long") != std::string::npos);
}

TEST_CASE("permissions") {
  const Scratch scratch;
  std::filesystem::create_directory(scratch / "closed");
  std::ofstream(scratch / "fixed.h5") << "x";
  chmod((scratch / "closed").c_str(), 0555);
  chmod((scratch / "fixed.h5").c_str(), 0444);
  chmod(scratch.folder().c_str(), 0777);
  // Permissions do not bind the superuser: ask as somebody else.
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(9);
    int good = 0;
    try {
      check_writable(scratch / "closed/r.h5", false);
    } catch (const FileError& e) {
      good += std::string(e.what()).find("closed\": Permission denied") != std::string::npos;
    }
    try {
      check_writable(scratch / "fixed.h5", true);
    } catch (const FileError& e) {
      good += std::string(e.what()).find("exists and may not be written: Permission denied") != std::string::npos;
    }
    check_writable(scratch / "free.h5", false);
    _exit(good);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 2);
}
