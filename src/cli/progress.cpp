#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace neurode::cli {

ProgressStyle progress_style(const std::string& name, bool quiet) {
  if (quiet || name == "none") return ProgressStyle::none;
  if (name == "plain") return ProgressStyle::plain;
  if (name == "bar") return ProgressStyle::bar;
  return isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::none;
}

std::string duration_text(double s) {
  if (s < 1) return fmt::format("{:.3g} ms", 1e3 * s);
  if (s < 60) return fmt::format("{:.3g} s", s);
  const auto whole = static_cast<long long>(s);
  if (s < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

void ProgressPrinter::show(const run::Progress& p) {
  if (style_ == ProgressStyle::none) return;
  const double share = std::clamp((p.t - p.start) / (p.end - p.start), 0.0, 1.0);
  const double left = share > 0 ? p.seconds * (1 - share) / share : 0;
  std::string text = fmt::format("t = {:.6g} of {:.6g}, {:.0f} steps/s", p.t, p.end,
                                 static_cast<double>(p.steps) / std::max(p.seconds, 1e-9));
  if (p.has_loss) text += fmt::format(", loss {:.4g}", p.loss);
  if (share > 0) text += ", " + duration_text(left) + " left";
  if (style_ == ProgressStyle::plain) {
    fmt::print(stderr, "{:3.0f} %  {}\n", 100 * share, text);
    return;
  }
  winsize size{};
  const int width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  const int room = std::clamp(width - static_cast<int>(text.size()) - 10, 0, 30);
  const int full = static_cast<int>(std::lround(share * room));
  std::string line = fmt::format("{:3.0f} % ", 100 * share);
  if (room >= 5)
    line += "[" + std::string(static_cast<std::size_t>(full), '=') +
            std::string(static_cast<std::size_t>(room - full), ' ') + "] ";
  line += text;
  fmt::print(stderr, "\r\x1b[K{}", line.substr(0, static_cast<std::size_t>(std::max(width - 1, 20))));
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressPrinter::finish() {
  if (drawn_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
  drawn_ = false;
}

}  // namespace neurode::cli
