#include "run/checkpoints.hpp"

#include <array>
#include <cmath>

namespace neurode::run {

namespace {

constexpr const char* kKind = "neurode run, 1";
/// Of the time a run takes, checkpoints take at most this share, where the clock says when they come.
constexpr double kShare = 0.05;
/// Accepted steps between two restart points, which cost next to nothing: a right-hand side; of a method that keeps a
/// history, or chooses its own steps, the small steps it begins with again.
constexpr std::int64_t kSteps = 100, kStepsOfHistory = 5000;

using Parts = std::array<std::span<const std::byte>, 2>;

std::span<const std::byte> bytes_of(const Vector& x) {
  return std::as_bytes(std::span(x.data(), static_cast<std::size_t>(x.size())));
}

}  // namespace

integrate::RestartPoints restart_points(const scenario::CheckpointSection& section, const std::string& method) {
  integrate::RestartPoints out;
  if (section.wall == 0 && section.every == 0 && section.steps == 0) return out;
  const auto* m = find_entry(integrate::methods(), method);
  const bool keeps_history = m != nullptr && (m->multistep || m->own_control);
  out.every = section.every;
  out.steps = section.steps > 0 ? section.steps : keeps_history ? kStepsOfHistory : kSteps;
  return out;
}

Checkpoints::Checkpoints(const scenario::CheckpointSection& section, double start, record::Recorder& recorder,
                         std::vector<std::unique_ptr<AxisWriter>>& writers, Report& report)
    : section_(section), start_(start), recorder_(recorder), writers_(writers), report_(report), pause_(section.wall) {}

void Checkpoints::take_up(const Continuation& from) {
  ByteReader in(from.own);
  if (in.get<std::uint64_t>() != writers_.size()) throw BytesError("another number of time axes");
  for (auto& w : writers_) w->load(in);
  report_.load(in);
  if (!in.at_end()) throw BytesError("something is left over");
  sittings_ = from.sittings + 1;
  at_once_ = true;
}

bool Checkpoints::is_due(double t, const integrate::Statistics& s) const {
  if (at_once_) return true;
  if (section_.steps > 0 && s.steps - written_at_step_ >= section_.steps) return true;
  if (section_.every > 0 && std::floor((t - start_) / section_.every) > every_passed_) return true;
  return section_.wall > 0 && Clock::now() - last_ >= pause_;
}

void Checkpoints::passed(double t, const integrate::Statistics& s, const integrate::SnapshotSource& source) {
  noted_.clear();
  noted_.put_text(kKind);
  noted_.put(sittings_);
  recorder_.points(points_);
  noted_.put_all(points_);
  own_.clear();
  own_.put(static_cast<std::uint64_t>(writers_.size()));
  for (const auto& w : writers_) w->save(own_);
  report_.save(own_);
  noted_.put_all(own_.bytes());
  if (!source.bound()) noted_free_ = noted_;
  if (!is_due(t, s)) return;
  if (section_.every > 0) every_passed_ = std::floor((t - start_) / section_.every);
  at_once_ = false;
  written_at_step_ = s.steps;
  const auto begin = Clock::now();
  const auto before_x = head(source.bound(), t, source.memory(), source.x());
  recorder_.checkpoint(Parts{before_x.bytes(), bytes_of(source.x())});
  written_ = t;
  last_ = Clock::now();
  pause_ =
      std::max(std::chrono::duration<double>(section_.wall), std::chrono::duration<double>(last_ - begin) / kShare);
}

void Checkpoints::close_with(const std::optional<integrate::Snapshot>& last) {
  if (!last || last->t == written_) return recorder_.close();
  const auto before_x = head(last->bound, last->t, last->memory, last->x);
  recorder_.close(Parts{before_x.bytes(), bytes_of(last->x)});
}

/// All up to the elements of x.
ByteWriter Checkpoints::head(bool bound, double t, std::span<const std::byte> memory, const Vector& x) const {
  ByteWriter out = bound ? noted_ : noted_free_;
  out.put(bound);
  out.put(t);
  out.put_all(memory);
  out.put(static_cast<std::uint64_t>(x.size()));
  return out;
}

std::optional<Continuation> read_continuation(const std::filesystem::path& file) {
  const auto bytes = record::read_checkpoint(file);
  if (!bytes) return {};
  ByteReader in(*bytes);
  if (in.get_text() != kKind) throw BytesError("it was written by another version of neurode");
  Continuation out;
  in.get(out.sittings);
  out.points = in.get_all<std::uint64_t>();
  out.own = in.get_all<std::byte>();
  in.get(out.snapshot.bound);
  in.get(out.snapshot.t);
  out.snapshot.memory = in.get_all<std::byte>();
  const auto x = in.get_all<double>();
  out.snapshot.x = Eigen::Map<const Vector>(x.data(), static_cast<Index>(x.size()));
  if (!in.at_end()) throw BytesError("something is left over");
  return out;
}

}  // namespace neurode::run
