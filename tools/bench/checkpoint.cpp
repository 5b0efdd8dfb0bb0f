// A checkpoint of a state of 1 GB, with the copy that is taken at the restart point, against writing 1 GB to that disk.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include "bench.hpp"
#include "neurode/record/recorder.hpp"

namespace {

constexpr neurode::Index kNumbers = 125'000'000;

/// In the current folder, whose disk it is about; gone afterwards.
struct File {
  std::filesystem::path path;
  explicit File(const char* name) : path(name) { std::filesystem::remove(path); }
  ~File() { std::filesystem::remove(path); }
};

}  // namespace

void bench::add_checkpoint() {
  const auto x = std::make_shared<neurode::Vector>();
  const auto fill = [x] {
    if (x->size() == 0) *x = neurode::Vector::LinSpaced(kNumbers, 0, 1);
    return std::as_bytes(std::span(x->data(), static_cast<std::size_t>(x->size())));
  };
  benchmark::RegisterBenchmark("checkpoint_1GB",
                               [fill, x](benchmark::State& state) {
                                 const auto bytes = fill();
                                 neurode::Vector marked = *x;
                                 const File file("neurode-bench-checkpoint.h5");
                                 neurode::record::Recorder recorder(file.path, {}, {}, {}, {}, {});
                                 const std::array<std::span<const std::byte>, 2> parts = {bytes.first(1000), bytes};
                                 for (int slot = 0; slot < 2; ++slot)
                                   recorder.checkpoint(parts);  // both places have their room
                                 for (auto _ : state) {
                                   marked = *x;
                                   recorder.checkpoint(parts);
                                 }
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("write_1GB",
                               [fill](benchmark::State& state) {
                                 const auto bytes = fill();
                                 const File file("neurode-bench-write.bin");
                                 const int descriptor = open(file.path.c_str(), O_CREAT | O_WRONLY, 0600);
                                 const auto write_all = [&] {
                                   for (std::size_t at = 0; at < bytes.size();) {
                                     const ssize_t done = pwrite(descriptor, bytes.data() + at, bytes.size() - at,
                                                                 static_cast<off_t>(at));
                                     if (done <= 0) throw std::runtime_error("cannot write 1 GB here");
                                     at += static_cast<std::size_t>(done);
                                   }
                                   fdatasync(descriptor);
                                 };
                                 write_all();
                                 for (auto _ : state) write_all();
                                 close(descriptor);
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  pairs().push_back({"checkpoint of 1 GB / writing 1 GB", "checkpoint_1GB", "write_1GB", 1.3});
}
