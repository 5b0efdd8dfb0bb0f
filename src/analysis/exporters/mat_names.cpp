#include "analysis/exporters/mat_names.hpp"

#include <algorithm>
#include <string_view>

namespace neurode::analysis::mat {

namespace {

constexpr std::size_t kLongest = 63;

/// MATLAB's, and those that Octave has beside them.
bool is_keyword(const std::string& name) {
  static const std::set<std::string> words = {"break",
                                              "case",
                                              "catch",
                                              "classdef",
                                              "continue",
                                              "do",
                                              "else",
                                              "elseif",
                                              "end",
                                              "end_try_catch",
                                              "end_unwind_protect",
                                              "endclassdef",
                                              "endenumeration",
                                              "endevents",
                                              "endfor",
                                              "endfunction",
                                              "endif",
                                              "endmethods",
                                              "endparfor",
                                              "endproperties",
                                              "endswitch",
                                              "endwhile",
                                              "for",
                                              "function",
                                              "global",
                                              "if",
                                              "otherwise",
                                              "parfor",
                                              "persistent",
                                              "return",
                                              "spmd",
                                              "switch",
                                              "try",
                                              "until",
                                              "unwind_protect",
                                              "unwind_protect_cleanup",
                                              "while"};
  return words.count(name) > 0;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string identifier(const std::string& name) {
  constexpr std::string_view kArrow = " -> ";
  std::string out;
  bool replaced = false;  // by "_", just now
  for (std::size_t i = 0; i < name.size();) {
    if (name.compare(i, kArrow.size(), kArrow) == 0) {
      out += "_to_";
      i += kArrow.size();
      replaced = false;
      continue;
    }
    const char c = name[i++];
    const bool kept = is_letter(c) || (c >= '0' && c <= '9') || c == '_';
    if (kept || !replaced) out += kept ? c : '_';
    replaced = !kept;
  }
  if (out.empty() || !is_letter(out.front()) || is_keyword(out)) out.insert(0, 1, 'x');
  out.resize(std::min(out.size(), kLongest));
  return out;
}

const std::string& Names::of(const std::string& key, const std::string& name) {
  const auto known = given_.find(key);
  if (known != given_.end()) return known->second;
  const std::string plain = identifier(name);
  std::string chosen = plain;
  for (int k = 2; !taken_.insert(chosen).second; ++k) {
    const std::string suffix = "_" + std::to_string(k);
    chosen = plain.substr(0, kLongest - suffix.size()) + suffix;
  }
  return given_[key] = chosen;
}

std::map<std::string, Path> paths(const std::vector<std::string>& names, const std::string& reserved) {
  std::map<std::string, Path> out;
  Names variables({reserved});
  std::map<std::string, Names> fields;
  for (const auto& name : names) {
    const auto dot = name.find('.');
    if (dot == std::string::npos) {
      out[name] = {variables.of(name, name), ""};
      continue;
    }
    const std::string whole = name.substr(0, dot), part = name.substr(dot + 1);
    out[name] = {variables.of(whole + ".", whole), fields[whole].of(part, part)};
  }
  return out;
}

}  // namespace neurode::analysis::mat
