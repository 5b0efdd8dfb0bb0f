#pragma once

#include "neurode/study/study.hpp"

namespace neurode::study {

// One a file; the list is in src/study/studies.cpp.
StudyEntry basins();
StudyEntry continuation();
StudyEntry fixed_points();
StudyEntry lyapunov();
StudyEntry period();
StudyEntry phase_plane();
StudyEntry scan();
StudyEntry spectrum();

}  // namespace neurode::study
