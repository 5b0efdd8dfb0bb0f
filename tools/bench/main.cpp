// Speed as ratios: each kernel of ours against the bare loop or library call that does the same work, measured in
// turns.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "bench.hpp"

namespace bench {

std::unique_ptr<neurode::run::Prepared> scenario_text(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / ("neurode-bench-" + std::to_string(getpid()) + ".toml");
  std::ofstream(path) << text;
  auto p = neurode::run::prepare(path, {});
  std::filesystem::remove(path);
  return p;
}

}  // namespace bench

namespace {

class Collector : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& r : runs) {
      if (r.run_type != Run::RT_Iteration || r.error_occurred) continue;
      seconds_[r.run_name.function_name].push_back(r.real_accumulated_time / static_cast<double>(r.iterations));
    }
  }
  void print() const {
    std::printf("\n%-52s %12s %12s %8s %8s\n", "median of the repetitions", "ours", "yardstick", "ratio", "target");
    for (const auto& p : bench::pairs()) {
      const auto a = seconds_.find(p.ours), b = seconds_.find(p.yardstick);
      if (a == seconds_.end() || b == seconds_.end()) continue;
      const double ours = median(a->second);
      double yardstick = median(b->second);
      for (const auto& name : p.others) {
        const auto other = seconds_.find(name);
        if (other != seconds_.end()) yardstick = std::min(yardstick, median(other->second));
      }
      const double ratio = p.turns.empty() ? ours / yardstick : bench::turns_ratio(p.turns);
      std::printf("%-52s %9.3f us %9.3f us %8.2f", p.what.c_str(), 1e6 * ours, 1e6 * yardstick, ratio);
      if (p.target > 0) std::printf("  <= %.2f%s", p.target, ratio <= p.target ? "" : "  MISSED");
      std::printf("\n");
      if (p.note) std::printf("    %s\n", p.note().c_str());
    }
    std::printf(
        "ratio: of the medians; of whole solves, the median over pairs run one after the other, in time of the "
        "thread\n");
  }

 private:
  static double median(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
  }
  std::map<std::string, std::vector<double>> seconds_;
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<char*> args(argv, argv + argc);
  char repetitions[] = "--benchmark_repetitions=9", interleave[] = "--benchmark_enable_random_interleaving=true",
       time[] = "--benchmark_min_time=0.1";
  args.insert(args.begin() + 1, {repetitions, interleave, time});  // what the user says comes later and wins
  int count = static_cast<int>(args.size());
  benchmark::Initialize(&count, args.data());
  bench::add_xor();
  bench::add_hodgkin_huxley();
  bench::add_dense();
  bench::add_digits();
  bench::add_checkpoint();
  bench::add_stiff();
  bench::add_cvode();
  bench::add_ring();
  bench::add_coupling();
  Collector reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print();
}
