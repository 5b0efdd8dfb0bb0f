#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/commands.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/record/reader.hpp"

namespace neurode::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "NEURODE_PYTHON";
/// Ends with 0 where all modules are there; does not load them, which takes a second.
constexpr const char* kProbe =
    "import importlib.util, sys\n"
    "sys.exit(not all(map(importlib.util.find_spec, ('matplotlib', 'xarray', 'h5netcdf', 'h5py'))))";

/// What neurode.plot takes; its parser (tools/python/src/neurode/plot/__main__.py) reads the values.
struct Option {
  const char *names, *python, *help;
};
constexpr Option kOptions[] = {
    {"-o,--output", "--output",
     "Picture, .svg, .png or .pdf. Default: FILE.svg in the current folder, or the next free name"},
    {"--kind", "--kind", "Kind of picture. Default: what suits the file"},
    {"--variables", "--variables", "NAME,NAME,...: what is drawn, also single elements: hidden.a[3]"},
    {"--from", "--from", "Time that the picture begins at"},
    {"--to", "--to", "Time that it ends at"},
    {"--sample", "--sample", "Sample whose activity is drawn. Default: all where they are few, else the first"},
    {"--size", "--size", "WIDTHxHEIGHT in inches: 7x4"},
};

struct PlotArguments {
  std::vector<std::string> files;
  std::vector<std::optional<std::string>> given{std::size(kOptions)};
  bool force = false;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& w : words) out.push_back(w.data());
  out.push_back(nullptr);
  return out;
}

/// Whether this interpreter is there and has the modules; what it prints is lost.
bool can_draw(const std::string& python) {
  std::vector<std::string> words = {python, "-c", kProbe};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, python.c_str(), &quiet, nullptr, pointers(words).data(), environ);
  posix_spawn_file_actions_destroy(&quiet);
  if (failed != 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string interpreter() {
  const char* chosen = std::getenv(kPython);
  std::vector<std::string> all = {"python3", "/usr/bin/python3"};
  if (chosen && *chosen) all = {chosen};
  for (const auto& python : all) {
    if (can_draw(python)) return python;
  }
  throw FileError(all.front(), fmt::format("no Python here has matplotlib, xarray, h5netcdf and h5py, which pictures "
                                           "need ({}); apt-get install python3-matplotlib python3-xarray "
                                           "python3-h5netcdf, or pip install matplotlib xarray h5netcdf h5py",
                                           chosen && *chosen ? std::string("looked at ") + kPython + " alone"
                                                             : std::string("another one can be named in ") + kPython));
}

/// The folder of the Python package that belongs to this program: of an installation, or beside it in a build folder.
fs::path package_folder() {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {here / "../share/neurode/python", here / "share/neurode/python"}) {
    if (fs::exists(folder / "neurode/plot/__main__.py", error)) return folder.lexically_normal();
  }
  throw FileError((here / "../share/neurode/python").lexically_normal().string(),
                  "there is no Python package neurode, which draws; install neurode anew");
}

int plot_files(const PlotArguments& a) {
  for (const auto& file : a.files) record::Reader reader(file);  // tells what is wrong with it, and mends what can be
  const std::string folder = package_folder().string();
  setenv("PYTHONSAFEPATH", "1", 1);  // no module of the user's folder takes the place of one of Python's
  const std::string python = interpreter();
  const char* before = std::getenv("PYTHONPATH");
  setenv("PYTHONPATH", (before && *before ? folder + ":" + before : folder).c_str(), 1);
  std::vector<std::string> words = {python, "-B", "-m", "neurode.plot"};
  for (std::size_t k = 0; k < a.given.size(); ++k) {
    if (a.given[k]) words.push_back(fmt::format("{}={}", kOptions[k].python, *a.given[k]));
  }
  if (a.force) words.emplace_back("--force");
  words.emplace_back("--");
  words.insert(words.end(), a.files.begin(), a.files.end());
  std::fflush(nullptr);
  execvp(python.c_str(), pointers(words).data());
  throw FileError(python, "cannot be started: " + std::generic_category().message(errno));
}

}  // namespace

void add_plot(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("plot", "A picture of a result file, of a study's or of a comparison's");
  auto a = std::make_shared<PlotArguments>();
  c->add_option("FILE", a->files, "File to draw; of several runs the losses over each other")->required();
  for (std::size_t k = 0; k < a->given.size(); ++k) {
    c->add_option(kOptions[k].names, a->given[k], kOptions[k].help);
  }
  c->add_flag("-f,--force", a->force, "Overwrite the file named with -o");
  c->footer(
      "Examples:\n"
      "  neurode plot xor.h5                                      what suits the file, into xor.svg\n"
      "  neurode plot xor.h5 --variables loss,hidden.a --sample 3 -o xor.png\n"
      "  neurode plot digits.h5 --kind matrices -o weights.pdf\n"
      "  neurode plot slow.h5 fast.h5 -o losses.svg               losses of two runs\n\n"
      "Kinds of runs: overview, training, traces, raster, heat-map, weights, matrices, phase-plane; of a continuation\n"
      "also eigenvalues. It is drawn by Python with matplotlib, xarray and h5netcdf: by the interpreter that "
      "NEURODE_PYTHON\n"
      "names, else by python3. In Python: from neurode.plot import figure, traces, ...\n\n"
      "Exit status: 0 done; 2 wrong use; 4 file trouble, or no Python that can draw.");
  c->callback([a, &action] { action = [a] { return plot_files(*a); }; });
}

}  // namespace neurode::cli
