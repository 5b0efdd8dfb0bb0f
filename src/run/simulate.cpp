#include "neurode/run/simulate.hpp"

#include "neurode/core/errors.hpp"
#include "neurode/record/copy.hpp"
#include "run/checkpoints.hpp"
#include "run/provenance.hpp"
#include "run/sitting.hpp"

namespace neurode::run {

Summary simulate(Prepared& p, const std::filesystem::path& file, bool overwrite, const RunHooks& hooks,
                 const Earlier* earlier) {
  const Continuation* from = earlier && earlier->from ? &*earlier->from : nullptr;
  record::FileOptions file_options;
  file_options.overwrite = overwrite;
  file_options.gzip = p.plan.gzip;
  file_options.flush_seconds = p.scenario.record.flush;
  file_options.unpublished = true;  // until it says where it comes from, and has all that an earlier file had
  const Declared declared(p);
  record::Recorder recorder(file, p.plan.dimensions, declared.axes, declared.variables, provenance(p), file_options);
  Sitting sitting(p, declared, recorder);
  if (!from) recorder.publish();

  Checkpoints checkpoints(p.scenario.checkpoint, p.scenario.time.start, recorder, sitting.writers, p.report);
  if (from) {
    record::copy_points(earlier->file, from->points, recorder);
    checkpoints.take_up(*from);
  }
  sitting.pause = [&] { recorder.flush_if_due(); };
  sitting.restart = [&, published = from == nullptr](double t, const integrate::Statistics& s,
                                                     const integrate::SnapshotSource& source) mutable {
    checkpoints.passed(t, s, source);
    if (!published) recorder.publish();
    published = true;
  };

  Summary summary;
  summary.file = file;
  try {
    sitting.run(hooks, from, summary);
  } catch (const Error&) {
    checkpoints.close_with(summary.result.last);
    throw;
  }
  checkpoints.close_with(summary.result.last);
  summary.bytes = recorder.bytes();
  return summary;
}

Summary simulate(Prepared& p, const RunHooks& hooks, record::Memory& memory) {
  const Declared declared(p);
  memory = record::Memory(p.plan.dimensions, declared.axes, declared.variables, provenance(p));
  Sitting sitting(p, declared, memory);
  Summary summary;
  sitting.run(hooks, nullptr, summary);
  return summary;
}

std::filesystem::path default_output(const std::filesystem::path& scenario) {
  return free_file(scenario.stem().string(), ".h5");
}

std::filesystem::path free_file(const std::string& stem, const std::string& extension) {
  for (int k = 1;; ++k) {
    const std::filesystem::path name = k == 1 ? stem + extension : stem + "-" + std::to_string(k) + extension;
    std::error_code ignored;
    if (std::filesystem::symlink_status(name, ignored).type() == std::filesystem::file_type::not_found) return name;
  }
}

}  // namespace neurode::run
