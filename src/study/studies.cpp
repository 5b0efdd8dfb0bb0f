#include "study/studies/list.hpp"

namespace neurode::study {

const std::vector<StudyEntry>& studies() {
  static const std::vector<StudyEntry> all = {
      basins(),   continuation(), dimension(),   energy(), fixed_points(), hessian(),
      lyapunov(), period(),       phase_plane(), scan(),   spectrum(),     timescales(),
  };
  return all;
}

}  // namespace neurode::study
