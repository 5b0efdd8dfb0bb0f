// Figures of one run: metrics, activity, spikes, weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/parts.hpp"
#include "report/recorded.hpp"
#include "report/thin.hpp"

namespace neurode::report {

namespace {

using record::VariableInfo;

constexpr std::size_t kFew = 8;    ///< columns that are drawn as lines, all of them
constexpr std::size_t kShown = 6;  ///< of more, chosen ones
constexpr std::size_t kHeatRows = 200;
constexpr std::size_t kWidest = 1 << 22;  ///< numbers of a point beyond which courses are left to neurode export
constexpr std::size_t kMostSpikes = 30'000;
constexpr std::size_t kMostFigures = 24;

bool of_spikes(const VariableInfo& v) { return v.axis.ends_with(".spike_time"); }
bool of_weights(const VariableInfo& v) { return v.name.ends_with(".weights"); }
bool of_biases(const VariableInfo& v) { return v.name.ends_with(".bias"); }

std::string title_of(const VariableInfo& v) {
  if (v.name.find("loss") != std::string::npos) return "Loss";
  if (v.name.find("accuracy") != std::string::npos) return "Accuracy";
  return v.shape.size() == 1 ? "Figures over time" : v.name.substr(v.name.rfind('.') + 1) + " over time";
}

/// Under which name its figures stand together; metrics stand first, without one.
std::string group_of(const VariableInfo& v) {
  if (of_weights(v)) return "Weights " + v.name.substr(0, v.name.rfind('.'));
  return of_biases(v) ? "Biases" : v.shape.size() == 1 ? "" : "Activity";
}

class RunFigures {
 public:
  RunFigures(const Source& source, std::size_t most, std::vector<std::string>& left_out)
      : reader_(source.reader), left_out_(left_out) {
    std::size_t slots = 2;
    for (const auto& v : reader_.variables()) {
      if (drawn(v)) slots += v.shape.size() == 1 ? 1 : 2;
    }
    share_ = most / std::min(slots, kMostFigures);
  }

  std::vector<Figure> run() {
    for (const auto& v : reader_.variables()) {
      if (drawn(v) && v.shape.size() == 1 && !of_spikes(v)) lines(v, all(v));
    }
    for (auto& f : figures_) set_log_loss(f);
    for (const auto& v : reader_.variables()) {
      if (drawn(v) && v.shape.size() > 1 && !of_weights(v) && !of_biases(v)) activity(v);
    }
    for (const auto& v : reader_.variables()) {
      if (v.name.ends_with(".spike_neuron") && of_spikes(v) && v.shape.size() == 1 && v.shape[0] > 0) raster(v);
    }
    for (const auto& v : reader_.variables()) {
      if (drawn(v) && v.shape.size() > 1 && of_weights(v)) weights(v);
    }
    for (const auto& v : reader_.variables()) {
      if (drawn(v) && v.shape.size() > 1 && of_biases(v)) activity(v);
    }
    return std::move(figures_);
  }

 private:
  static bool drawn(const VariableInfo& v) {
    return !v.coordinate && !v.axis.empty() && !of_spikes(v) && !v.shape.empty() && v.shape[0] > 0 && width(v) > 0;
  }
  static std::vector<std::size_t> all(const VariableInfo& v) { return chosen(width(v), width(v)); }

  /// Reports and refuses what would be one figure too many, or is too wide to be read point by point.
  bool room(const VariableInfo& v) {
    if (figures_.size() < kMostFigures && width(v) <= kWidest) return true;
    left_out_.push_back(v.name);
    return false;
  }

  void lines(const VariableInfo& v, const std::vector<std::size_t>& columns) {
    if (!room(v)) return;
    const std::size_t most = std::clamp<std::size_t>(share_ / (columns.size() + 1), 60, 2400);
    const std::string title = group_of(v) == "Activity" && width(v) <= kFew ? "Activity over time" : title_of(v);
    std::string label = v.shape.size() == 1 ? "" : v.name.substr(v.name.rfind('.') + 1);
    if (title == "Loss" || title == "Accuracy") label = title;
    join(figures_, group_of(v), title, time_axis(reader_, v.axis), {label, v.unit, false},
         courses(reader_, v, columns, most));
  }

  void activity(const VariableInfo& v) {
    if (width(v) <= kFew) return lines(v, all(v));
    if (!room(v)) return;
    const auto rows = chosen(width(v), kHeatRows);
    ThinnedHeat thinned(v.shape[0], rows.size(), std::clamp<std::size_t>(share_ / rows.size(), 20, 500));
    std::vector<double> row(rows.size());
    each_point(reader_, v, [&](std::size_t, const double* numbers) {
      for (std::size_t k = 0; k < rows.size(); ++k) row[k] = numbers[rows[k]];
      thinned.add(row.data());
    });
    Figure f;
    f.group = group_of(v);
    f.title = v.name;
    f.x = time_axis(reader_, v.axis);
    f.y = {fmt::format("{}", fmt::join(v.dimensions.begin() + 1, v.dimensions.end(), ", ")), "", false};
    Heat h;
    h.rows = rows.size();
    h.columns = thinned.columns();
    h.values = thinned.values();
    h.x_from = Times::at(reader_, v.axis, 0);
    h.x_to = Times::at(reader_, v.axis, v.shape[0] - 1);
    h.unit = v.unit;
    h.row_names = column_names(reader_, v, rows);
    f.heat = std::move(h);
    f.caption = fmt::format("{}{} points in time, {} columns of colour.",
                            rows.size() < width(v) ? fmt::format("{} of {} rows; ", rows.size(), width(v)) : "",
                            v.shape[0], thinned.columns());
    figures_.push_back(std::move(f));
    const std::size_t first = figures_.size();
    lines(v, chosen(width(v), kShown));
    if (figures_.size() > first) figures_.back().title = v.name + ", some of its courses";
  }

  void raster(const VariableInfo& v) {
    if (figures_.size() >= kMostFigures) return left_out_.push_back(v.name);
    const std::size_t most = std::min(kMostSpikes, std::max<std::size_t>(share_ / 2, 100));
    const std::size_t every = (v.shape[0] + most - 1) / most;
    Figure f;
    f.group = "Activity";
    f.title = "Spikes of " + v.name.substr(0, v.name.size() - std::string(".spike_neuron").size());
    f.x = time_axis(reader_, v.axis);
    f.y = {"neuron", "", false};
    Series s;
    s.name = "spikes";
    s.line = "none";
    s.marks = "tick";
    const auto* times = reader_.find(v.axis);
    each_point(reader_, *times, [&](std::size_t k, const double* t) {
      if (k % every == 0) s.x.push_back(*t);
    });
    each_point(reader_, v, [&](std::size_t k, const double* neuron) {
      if (k % every == 0) s.y.push_back(*neuron);
    });
    f.caption = fmt::format("{} spikes{}.", v.shape[0], every > 1 ? fmt::format(", one in {} is drawn", every) : "");
    f.series.push_back(std::move(s));
    figures_.push_back(std::move(f));
  }

  /// The matrix at its first and its last point with one scale, and the courses of those that changed most.
  void weights(const VariableInfo& v) {
    if (v.shape.size() == 3 && v.shape[1] * v.shape[2] > 1) matrices(v);
    if (width(v) <= kFew) return lines(v, all(v));
    if (!room(v)) return;
    record::Slab slab{std::vector<std::size_t>(v.shape.size(), 0), v.shape};
    slab.count[0] = 1;
    const auto start = reader_.read(v.name, slab);
    slab.start[0] = v.shape[0] - 1;
    const auto end = reader_.read(v.name, slab);
    auto columns = all(v);
    const std::size_t kept = std::min(columns.size(), kShown);
    const auto change = [&](std::size_t k) {
      const double d = std::abs(end[k] - start[k]);
      return std::isfinite(d) ? d : 0;
    };
    std::partial_sort(
        columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(kept), columns.end(),
        [&](std::size_t a, std::size_t b) { return change(a) != change(b) ? change(a) > change(b) : a < b; });
    columns.resize(kept);
    const std::size_t first = figures_.size();
    lines(v, columns);
    if (figures_.size() > first) figures_.back().title = v.name + ", those that changed most";
  }

  void matrices(const VariableInfo& v) {
    if (figures_.size() + 2 > kMostFigures) return left_out_.push_back(v.name);
    const std::size_t points = v.shape[0], most = std::clamp<std::size_t>(share_, 100, 16'000);
    std::vector<Figure> both;
    double scale = 0;
    for (const std::size_t point : {std::size_t{0}, points - 1}) {
      Figure f;
      f.heat = matrix_at(reader_, v, point, most);
      f.group = group_of(v);
      f.title = fmt::format("{} at t = {:.6g}", v.name, Times::at(reader_, v.axis, point));
      f.x = {"from " + v.dimensions[2], "", false};
      f.y = {"to " + v.dimensions[1], "", false};
      if (f.heat->row_step > 1) {
        f.caption = fmt::format("{} x {}; of each {} x {} the one farthest from 0.", v.shape[1], v.shape[2],
                                f.heat->row_step, f.heat->column_step);
      }
      for (const double w : f.heat->values) scale = std::isfinite(w) ? std::max(scale, std::abs(w)) : scale;
      both.push_back(std::move(f));
      if (points == 1) break;
    }
    for (auto& f : both) {
      f.heat->low = -scale;
      f.heat->high = scale;
      figures_.push_back(std::move(f));
    }
  }

  const record::Reader& reader_;
  std::vector<std::string>& left_out_;
  std::size_t share_ = 0;
  std::vector<Figure> figures_;
};

}  // namespace

std::vector<Figure> run_figures(const Source& source, std::size_t most, std::vector<std::string>& left_out) {
  return RunFigures(source, most, left_out).run();
}

}  // namespace neurode::report
