// What a file is worth when the process or the disk gives up while it is written.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "example.hpp"
#include "neurode/core/errors.hpp"
#include "scratch.hpp"

using namespace neurode::record;

/// Runs `work` in a process of its own and returns how that ended: its exit status, or minus the signal.
template <class Work>
static int in_child(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    int status = 99;
    try {
      status = work();
    } catch (...) {
    }
    // The usual way out: the library's own clean-up at exit is a part of what is tried.
    std::exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_CASE("a killed run leaves what was flushed") {
  const Scratch scratch;
  for (const std::size_t chunk_bytes : {std::size_t{100}, std::size_t{3000}, std::size_t{256 * 1024}}) {
    // Flushed after point `flushed`, killed after `killed`: between them chunks fill, end and begin.
    for (const auto& [flushed, killed] :
         {std::pair<std::size_t, std::size_t>{0, 0}, {0, 400}, {1, 2}, {40, 41}, {333, 333}, {333, 1000}, {350, 700}}) {
      Example e;
      e.options.chunk_bytes = chunk_bytes;
      const auto path =
          scratch / (std::to_string(chunk_bytes) + "-" + std::to_string(flushed) + "-" + std::to_string(killed));
      CAPTURE(path);
      const int end = in_child([&, points = flushed, last = killed]() -> int {
        const auto r = e.create(path);
        Example::write_fixed(*r);
        for (std::size_t i = 0; i < last; ++i) {
          if (i == points) r->flush();
          Example::append_activity(*r, i);
          if (i % 10 == 0) Example::append_weights(*r, i / 10);
        }
        if (last == points) r->flush();
        kill(getpid(), SIGKILL);
        return 0;
      });
      CHECK(end == -SIGKILL);
      const Reader r(path);
      // Small chunks: the recorder flushed by itself once more, with every variable at the same point.
      const std::size_t points = r.find("time")->shape[0];
      CHECK(points >= flushed);
      CHECK(points <= killed);
      if (chunk_bytes > 1000) CHECK(points == flushed);
      CHECK(r.find("hidden.a")->shape[0] == points);
      CHECK(r.find("loss")->shape[0] == points);
      // The recorder's own flush comes inside an append, before the other axis gets its point.
      const std::size_t slow = r.find("time_weights")->shape[0];
      CHECK(slow * 10 + 10 > points);
      if (slow == (points + 9) / 10) CHECK(differences(r, points) == 0);
      CHECK(r.read("targets") == std::vector<double>{0, 1, 1, 0});
    }
  }
}

TEST_CASE("a killed run that was flushed many times, over chunk boundaries") {
  const Scratch scratch;
  for (std::size_t killed = 1; killed < 200; killed += 9) {
    Example e;
    e.options.chunk_bytes = 1500;
    const auto path = scratch / std::to_string(killed);
    const int end = in_child([&]() -> int {
      const auto r = e.create(path);
      for (std::size_t i = 0; i < killed; ++i) {
        Example::append_activity(*r, i);
        if (i % 10 == 0) Example::append_weights(*r, i / 10);
        if (i % 5 == 0) r->flush();
      }
      kill(getpid(), SIGKILL);
      return 0;
    });
    CHECK(end == -SIGKILL);
    CAPTURE(killed);
    CHECK(differences(Reader(path), (killed - 1) / 5 * 5 + 1) == 0);
  }
}

TEST_CASE("a recorder flushes by itself when it is time") {
  const Scratch scratch;
  for (const double seconds : {0.0, 0.02, 1000.0}) {
    Example e;
    e.options.flush_seconds = seconds;
    const auto path = scratch / std::to_string(seconds);
    const int end = in_child([&]() -> int {
      const auto r = e.create(path);
      for (std::size_t i = 0; i < 3; ++i) {
        Example::append_activity(*r, i);
        if (i == 0) Example::append_weights(*r, 0);
        if (i == 1) usleep(30000);
      }
      kill(getpid(), SIGKILL);
      return 0;
    });
    CHECK(end == -SIGKILL);
    CAPTURE(seconds);
    CHECK(differences(Reader(path), seconds == 0.02 ? 3 : 0) == 0);
  }
}

TEST_CASE("others can read while it is written") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  const int end = in_child([&]() -> int {
    const auto r = Example{}.create(path);
    for (std::size_t i = 0; i < 35; ++i) {
      Example::append_activity(*r, i);
      if (i % 10 == 0) Example::append_weights(*r, i / 10);
      if (i == 30) r->flush();
    }
    return in_child([&]() -> int {
      // A process that shares nothing with the writer but the file.
      execlp("h5dump", "h5dump", "-H", path.c_str(), static_cast<char*>(nullptr));
      _exit(77);
    });
  });
  const bool read_by_other = end == 0 || end == 77;  // 77: the tool is not installed
  CHECK(read_by_other);
}

/// Writes under a limit of file size until that fails. Exit status 1: FileError as it should be.
static int fill(const Example& e, const std::filesystem::path& path, std::size_t limit, std::size_t flush_every) {
  const auto r = e.create(path);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit most{limit, limit};
  setrlimit(RLIMIT_FSIZE, &most);
  try {
    for (std::size_t i = 0; i < 100000; ++i) {
      Example::append_activity(*r, i);
      if (i % 10 == 0) Example::append_weights(*r, i / 10);
      if (i % flush_every == 0) r->flush();
    }
  } catch (const neurode::FileError& error) {
    const std::string what = error.what();
    if (what.rfind(path.string() + ": cannot ", 0) != 0) return 2;
    if (what.find("File too large") == std::string::npos) return 3;
    try {
      r->flush();
      return 4;  // it has to go on failing
    } catch (const neurode::FileError&) {
    }
    r->close();
    return 1;
  }
  return 5;
}

TEST_CASE("a full disk ends the recording, not the program nor what was flushed") {
  const Scratch scratch;
  for (const int gzip : {0, 4}) {
    for (const std::size_t limit :
         {std::size_t{90000}, std::size_t{100001}, std::size_t{250000}, std::size_t{400000}}) {
      for (const std::size_t flush_every : {7, 100}) {
        Example e;
        e.options.chunk_bytes = 4000;
        e.options.gzip = gzip;
        const auto path =
            scratch / (std::to_string(gzip) + "-" + std::to_string(limit) + "-" + std::to_string(flush_every));
        CAPTURE(path);
        CHECK(in_child([&] { return fill(e, path, limit, flush_every); }) == 1);
        const Reader r(path);
        const std::size_t points = r.find("time")->shape[0];
        CHECK(points > 0);
        CHECK(points % flush_every == 1);
        CHECK(differences(r, points) == 0);
      }
    }
  }
}

TEST_CASE("a disk that is full at once leaves no file") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  const int end = in_child([&]() -> int {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit most{2000, 2000};
    setrlimit(RLIMIT_FSIZE, &most);
    try {
      Example{}.create(path);
    } catch (const neurode::FileError&) {
      return 1;
    }
    return 0;
  });
  CHECK(end == 1);
  CHECK_FALSE(std::filesystem::exists(path));
}
