#pragma once

#include "neurode/study/study.hpp"

namespace neurode::study {

// One a file; the list is in src/study/studies.cpp.
StudyEntry basins();
StudyEntry continuation();
StudyEntry dimension();
StudyEntry energy();
StudyEntry fixed_points();
StudyEntry hessian();
StudyEntry lyapunov();
StudyEntry period();
StudyEntry phase_plane();
StudyEntry scan();
StudyEntry spectrum();
StudyEntry timescales();

}  // namespace neurode::study
