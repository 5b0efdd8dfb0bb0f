#include "study/studies/list.hpp"

namespace neurode::study {

const std::vector<StudyEntry>& studies() {
  static const std::vector<StudyEntry> all = {
      basins(), continuation(), fixed_points(), lyapunov(), period(), phase_plane(), scan(), spectrum(),
  };
  return all;
}

}  // namespace neurode::study
