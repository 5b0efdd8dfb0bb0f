// Models that extend others: what is given goes before, the rest comes from the base.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "neurode/core/limits.hpp"
#include "neurode/core/registry.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

namespace {

using equations::SourceText;
using equations::StatementText;

/// Equations put together statement by statement; every line keeps its place.
class Composition {
 public:
  explicit Composition(const SourceText& own) {
    out_.origin = {own.origin.file, 1, 1};
    out_.key = own.key;
  }
  void add(const SourceText& from, const StatementText& s) {
    if (!out_.lines.empty()) out_.text += '\n';
    out_.lines.push_back(place(from, s.begin));
    for (std::size_t k = s.begin; k < s.end; ++k) {
      out_.text += from.text[k];
      if (from.text[k] == '\n') out_.lines.push_back(place(from, k + 1));
    }
  }
  SourceText take() { return std::move(out_); }

 private:
  /// from.at(offset), counted once for the whole text.
  Location place(const SourceText& from, std::size_t offset) {
    auto& known = places_[&from];
    if (known.empty()) {
      int line = from.origin.line, column = from.origin.column;
      for (const char c : from.text) {
        known.emplace_back(line, column);
        const bool ends = c == '\n', inside = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;  // of a character
        line += ends && line > 0 ? 1 : 0;
        column = ends ? 1 : column + (inside ? 0 : 1);
      }
      known.emplace_back(line, column);
    }
    const auto [line, column] = known[offset];
    return from.lines.empty() ? Location{from.origin.file, line, column} : from.place(line, column);
  }

  std::map<const SourceText*, std::vector<std::pair<int, int>>> places_;
  SourceText out_;
};

/// The base's statements, those of the same name replaced, then what is new.
SourceText merged_equations(const SourceText& base, const SourceText& own) {
  const auto given = equations::split_statements(own);
  std::unordered_multimap<std::string, std::size_t> by_name;
  for (std::size_t k = 0; k < given.size(); ++k) {
    if (!given[k].name.empty()) by_name.emplace(given[k].name, k);
  }
  std::vector<char> placed(given.size(), 0);
  Composition text(own);
  for (const auto& s : equations::split_statements(base)) {
    std::vector<std::size_t> of_name;
    for (auto [at, end] = by_name.equal_range(s.name); at != end; ++at) of_name.push_back(at->second);
    std::sort(of_name.begin(), of_name.end());
    for (const std::size_t k : of_name) {
      if (!placed[k]) text.add(own, given[k]);
      placed[k] = 1;
    }
    if (of_name.empty()) text.add(base, s);
  }
  for (std::size_t k = 0; k < given.size(); ++k) {
    if (!placed[k]) text.add(own, given[k]);
  }
  return text.take();
}

void put(Value& table, const std::string& key, const Value& v) {
  if (Value* there = table.find(key)) {
    *there = v;
  } else {
    table.table().emplace_back(key, v);
  }
}

/// Entries of `own` before those of `base`, in the base's order; `own` itself where one of them is no table.
Value merged_entries(const Value& base, const Value& own) {
  if (!base.is_table() || !own.is_table()) return own;
  Value out = base;
  out.where = own.where;
  out.key_where = own.key_where;
  out.key = own.key;
  for (const auto& [name, v] : own.table()) put(out, name, v);
  return out;
}

/// A parameter's declaration as a table, its unit told.
Value declaration(const Value& v) {
  Value out = v;
  if (!v.is_table()) {
    out = table_at(v, {{"default", v}});
    out.table()[0].second.key = v.key + ".default";
  }
  const std::string unit = unit_carried(out.find("default"));
  if (!unit.empty() && out.find("unit") == nullptr) {
    Value u = absent(out);
    u.data = unit;
    put(out, "unit", u);
  }
  return out;
}

/// A new default or range, everything else as the base has it. A bound takes the place of the other kind of bound.
Value merged_parameter(const Value& base, const Value& own) {
  const Value given = own.is_table() ? own : table_at(own, {{"default", own}});
  Value out = merged_entries(declaration(base), given);
  for (const auto& [a, b] : {std::pair{"min", "above"}, std::pair{"max", "below"}}) {
    for (const auto& [kept, dropped] : {std::pair{a, b}, std::pair{b, a}}) {
      if (given.find(kept) == nullptr || given.find(dropped) != nullptr) continue;
      std::erase_if(out.table(), [name = dropped](const auto& e) { return e.first == name; });
    }
  }
  return out;
}

Value merged_parameters(const Value& base, const Value& own) {
  if (!base.is_table() || !own.is_table()) return own;
  Value out = merged_entries(base, table_at(own, {}));
  for (const auto& [name, v] : own.table()) {
    const Value* there = base.find(name);
    put(out, name, there == nullptr || v.is_none() ? v : merged_parameter(*there, v));
  }
  return out;
}

/// Inputs named in a list keep the units that the base gives them.
Value merged_inputs(const Value& base, const Value& own) {
  const bool names =
      own.is_list() && std::all_of(own.list().begin(), own.list().end(), [](const Value& v) { return v.is_string(); });
  if (!names || !base.is_table()) return own;
  Value out = table_at(own, {});
  for (const Value& name : own.list()) {
    Value unit = name;
    const Value* of_base = base.find(name.string());
    unit.data = of_base != nullptr && of_base->is_string() ? of_base->string() : std::string();
    if (out.find(name.string()) != nullptr) return own;  // named twice: reported when it is read
    out.table().emplace_back(name.string(), unit);
  }
  return out;
}

/// What the base gives to a model with these states. Steady states and rest hold for the base's own equations alone.
Value inherited(const ModelSection& base, const Value& own, const std::vector<std::string>& states) {
  Value out = table_at(own, {});
  const auto drop_strangers = [&](Value& initial) {
    std::erase_if(initial.table(), [&](const auto& entry) {
      return std::find(states.begin(), states.end(), entry.first) == states.end();
    });
  };
  const bool same_equations = own.find("equations") == nullptr;
  const bool same_rest = same_equations && own.find("parameters") == nullptr && own.find("initial") == nullptr &&
                         own.find("inputs") == nullptr;
  for (const auto& [key, v] : base.source.table()) {
    if ((key == "steady_state" && !same_equations) || (key == "rest" && !same_rest)) continue;
    Value kept = v;
    if (key == "steady_state" && !v.is_table() && base.steady_state.size() == 1) {
      kept = table_at(v, {{base.steady_state[0].first, v}});
    }
    if (key == "initial" && v.is_table()) drop_strangers(kept);
    if (key == "presets" && v.is_table()) {
      for (auto& preset : kept.table()) {
        Value* initial = preset.second.find("initial");
        if (initial != nullptr && initial->is_table()) drop_strangers(*initial);
      }
    }
    put(out, key, kept);
  }
  return out;
}

ModelSection whole(const ModelSection& m, const ModelSection& base, Diagnostics& diagnostics) {
  const Value& own = m.source;
  SourceText text = base.equations;
  const Value* given = own.find("equations");
  if (given != nullptr && given->is_string()) {
    const SourceText own_text = source_text(*given);
    if (own_text.text.size() > limits::kEquationBytes || base.equations.text.size() > limits::kEquationBytes) {
      fault(diagnostics, *given, "the equations are too long",
            fmt::format("up to {} bytes, here and in what is extended", limits::kEquationBytes));
    } else {
      text = merged_equations(base.equations, own_text);
    }
  }

  Value table = inherited(base, own, states_of(text.text));
  for (const auto& [key, v] : own.table()) {
    const Value* of_base = table.find(key);
    if (key == "extends") continue;
    if (of_base == nullptr || v.is_none()) {
      put(table, key, v);
    } else if (key == "parameters") {
      put(table, key, merged_parameters(*of_base, v));
    } else if (key == "inputs") {
      put(table, key, merged_inputs(*of_base, v));
    } else if (key == "initial" || key == "units" || key == "presets" || key == "steady_state") {
      put(table, key, merged_entries(*of_base, v));
    } else {
      put(table, key, v);
    }
  }
  if (Value* equations = table.find("equations"); equations != nullptr && equations->is_string()) {
    equations->data = text.text;
  }
  // Faults of a base of the user's own have been told with the base.
  Diagnostics found;
  ModelSection out = read_whole_model(m.name, table, found);
  out.equations = std::move(text);
  for (const auto& d : found.items()) {
    const bool told = std::any_of(diagnostics.items().begin(), diagnostics.items().end(), [&](const Diagnostic& other) {
      return other.where.text() == d.where.text() && other.problem == d.problem;
    });
    if (!told) diagnostics.add(d);
  }
  return out;
}

class Family {
 public:
  Family(std::vector<ModelSection>& models, const std::vector<ModelSection>& library, Diagnostics& diagnostics)
      : models_(models), library_(library), diagnostics_(diagnostics), open_(models.size(), 0) {}

  void resolve(std::size_t k) {
    ModelSection& m = models_[k];
    if (!m.extends) return;
    path_.push_back(k);
    open_[k] = 1;
    if (const ModelSection* base = base_of(k)) m = whole(m, *base, diagnostics_);
    open_[k] = 0;
    path_.pop_back();
  }

 private:
  /// The model that model k extends, made whole; null where there is none (reported).
  const ModelSection* base_of(std::size_t k) {
    const Value& named = *models_[k].extends;
    if (!named.is_string()) {
      fault(diagnostics_, named, "must be the name of a model", "a model of this file or a built-in one");
      return nullptr;
    }
    const std::string& name = named.string();
    for (std::size_t other = 0; other < models_.size(); ++other) {
      // A model may take the name of the built-in one that it extends.
      if (models_[other].name != name || (other == k && find_entry(library_, name) != nullptr)) continue;
      if (open_[other]) {
        circle(named, other);
        return nullptr;
      }
      resolve(other);
      return models_[other].extends ? nullptr : &models_[other];
    }
    if (const auto* built_in = find_entry(library_, name)) return built_in;
    auto names = entry_names(library_);
    for (const auto& m : models_) {
      if (m.name != models_[k].name) names.push_back(m.name);
    }
    std::sort(names.begin(), names.end());
    diagnostics_.add(unknown_name("model", named, name, names));
    return nullptr;
  }

  void circle(const Value& at, std::size_t start) {
    std::string text;
    for (auto it = std::find(path_.begin(), path_.end(), start); it != path_.end(); ++it) {
      text += models_[*it].name + " -> ";
      told_.push_back(*it);
    }
    diagnostics_.add({at.where, at.key, "models extend each other in a circle", text + models_[start].name,
                      "a chain that ends in a model with equations of its own", ""});
  }

  std::vector<ModelSection>& models_;
  const std::vector<ModelSection>& library_;
  Diagnostics& diagnostics_;
  std::vector<char> open_;
  std::vector<std::size_t> path_, told_;

 public:
  /// Has a circle through model k been reported?
  bool told(std::size_t k) const { return std::find(told_.begin(), told_.end(), k) != told_.end(); }
};

}  // namespace

std::vector<ModelSection> extended(std::vector<ModelSection> models, const std::vector<ModelSection>& library,
                                   Diagnostics& diagnostics) {
  Family family(models, library, diagnostics);
  for (std::size_t k = 0; k < models.size(); ++k) {
    if (!family.told(k)) family.resolve(k);
  }
  return models;
}

}  // namespace neurode::scenario
