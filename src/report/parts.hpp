#pragma once

#include <string>
#include <vector>

#include "report/figure.hpp"
#include "report/source.hpp"

namespace neurode::report {

// Parts of the page, as HTML.

/// What was asked: network, equations, parameters, learning, integrator, with their sources.
std::string question(const Source& source);
/// How a run ended: outcome, last values, facts of [report].
std::string answer(const Source& source);
/// What a run took.
std::string cost(const Source& source);
/// Where the numbers come from, with the whole scenario text; at most `most` bytes of it.
std::string provenance(const Source& source, std::size_t most);
/// Several runs side by side: in what they differ, what they came to.
std::string side_by_side(const std::vector<const Source*>& runs);

/// Recorded numbers, at most `most` of them.
std::vector<Figure> run_figures(const Source& source, std::size_t most, std::vector<std::string>& left_out);
/// The metrics that several runs have, overlaid.
std::vector<Figure> overlaid(const std::vector<const Source*>& runs, std::size_t most);
/// A comparison of integrators: its tables as HTML, and its figures.
std::string comparison_tables(const Source& source);
std::vector<Figure> comparison_figures(const Source& source);
/// An analysis.
std::string study_tables(const Source& source);
std::vector<Figure> study_figures(const Source& source, std::size_t most);

/// A short name for each of several runs: what differs in their parameters, or their files.
std::vector<std::string> short_names(const std::vector<const Source*>& runs);

}  // namespace neurode::report
