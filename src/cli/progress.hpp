#pragma once

#include <string>

#include "neurode/run/simulate.hpp"

namespace neurode::cli {

enum class ProgressStyle { none, plain, bar };

/// "auto": a bar where standard error is a terminal, else nothing.
ProgressStyle progress_style(const std::string& name, bool quiet);

/// Shows how far a run is on standard error: one line redrawn (bar), or a line every few seconds (plain).
class ProgressPrinter {
 public:
  explicit ProgressPrinter(ProgressStyle style) : style_(style) {}
  ~ProgressPrinter() { finish(); }
  void show(const run::Progress& p);
  /// Takes the bar away.
  void finish();
  double interval() const { return style_ == ProgressStyle::bar ? 0.1 : 2.0; }

 private:
  ProgressStyle style_;
  bool drawn_ = false;
};

/// 3.2 s, 4 min 10 s, 2 h 5 min
std::string duration_text(double seconds);

}  // namespace neurode::cli
