#include <fmt/format.h>

#include <algorithm>

#include "neurode/core/units.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

namespace {

const ParameterSpec& spec_of(const std::string& section, const std::string& key) {
  const auto& keys = section_table(section).keys;
  return *std::find_if(keys.begin(), keys.end(), [&](const ParameterSpec& s) { return s.name == key; });
}

/// The unit of time a quantity such as "10 ms" carries, or "".
std::string time_unit_of(const Value* v) {
  if (v == nullptr || !v->is_string()) return "";
  const auto q = parse_quantity(v->string());
  return q && same_dimension(q->unit, "s") ? q->unit : "";
}

/// `table` with its times as plain numbers in `unit`, so that the section's declaration fits them.
Value with_plain_times(const std::string& section, Value table, const std::vector<std::string>& names,
                       const std::string& unit, Diagnostics& diagnostics) {
  for (const auto& name : names) {
    Value* v = table.find(name);
    if (v == nullptr || !v->is_string()) continue;
    ParameterSpec spec = spec_of(section, name);
    spec.unit = unit;
    if (unit.empty() && parse_quantity(v->string())) {
      const auto q = parse_quantity(v->string());
      const bool is_time = same_dimension(q->unit, "s");
      if (is_time) {
        fault(diagnostics, *v, "has a unit, but the scenario has no unit of time",
              "a number; or unit = \"" + q->unit + "\" in [time]");
        v->data = std::monostate{};
        continue;
      }
      spec.unit = "s";
    }
    auto checked = check_value(spec, *v, diagnostics);
    if (checked) {
      *v = std::move(*checked);
    } else {
      v->data = std::monostate{};  // reported
    }
  }
  return table;
}

std::vector<StopCondition> read_stop(const Value& v, Diagnostics& diagnostics) {
  std::vector<StopCondition> out;
  const Parameters p = read_section("time.stop", v, "[time] stop", diagnostics);
  if (v.is_table() && v.table().empty()) {
    fault(diagnostics, v, "has no condition", "{ loss = 1e-3 }, accuracy, steady_state or when");
  }
  for (const auto& entry : v.table()) {
    if (const Value* value = p.find(entry.first)) out.push_back({entry.first, *value});
  }
  return out;
}

RecordVariable read_variable(const Value& v, const std::string& time_unit, Diagnostics& diagnostics) {
  RecordVariable out;
  if (v.is_string()) {
    out.name = v;
    if (v.string().empty()) fault(diagnostics, v, "is empty", "a name like \"hidden.a\"");
    return out;
  }
  if (!v.is_table()) {
    fault(diagnostics, v, "must be a name or a table", "\"hidden.a\", or { name = \"hidden.a\", every = 0.1 }");
    return out;
  }
  const Value plain = with_plain_times("record.variables[]", v, {"every"}, time_unit, diagnostics);
  const Parameters p = read_section("record.variables[]", plain, "a recorded variable", diagnostics);
  if (p.has("name")) out.name = p.at("name");
  if (p.has("every")) out.every = p.number("every");
  if (p.has("type")) out.float32 = p.text("type") == "float32";
  if (const Value* neurons = p.find("neurons")) {
    out.neurons_value = *neurons;
    out.neurons = read_neurons(*neurons, -1, diagnostics);
  }
  return out;
}

}  // namespace

TimeSection read_time(const Value& root, Diagnostics& diagnostics) {
  TimeSection out;
  const Value* table = root.find("time");
  if (table == nullptr || !table->is_table()) return out;
  out.where = table->where;
  const Value* unit = table->find("unit");
  if (unit != nullptr && unit->is_string()) {
    if (same_dimension(unit->string(), "s")) {
      out.unit = unit->string();
    } else {
      fault(diagnostics, *unit, "is no unit of time", "s, ms, us, min, h, ...");
      out.unit = "s";
    }
  } else {
    out.unit = time_unit_of(table->find("end"));
    if (out.unit.empty()) out.unit = time_unit_of(table->find("start"));
  }
  const Value plain = with_plain_times("time", *table, {"start", "end"}, out.unit, diagnostics);
  const Parameters p = read_section("time", plain, "[time]", diagnostics);
  if (p.has("start")) out.start = p.number("start");
  if (p.has("end")) out.end = p.number("end");
  if (p.has("start") && p.has("end") && !(out.end > out.start)) {
    fault(diagnostics, *table->find("end"), fmt::format("must be later than start = {}", number_text(out.start)));
  }
  if (const Value* stop = p.find("stop")) out.stop = read_stop(*stop, diagnostics);
  return out;
}

IntegratorSection read_integrator(const Value& root, Diagnostics& diagnostics) {
  IntegratorSection out;
  Value nothing;
  nothing.key = "integrator";
  nothing.where = nothing.key_where = root.where;
  nothing.data = Value::Table{};
  const Value* given = root.find("integrator");
  const Value& table = given != nullptr && given->is_table() ? *given : nothing;
  out.where = table.where;
  const Parameters p = read_section("integrator", table, "[integrator]", diagnostics, &out.settings);
  if (p.has("method")) {
    out.method = p.at("method");
    if (table.find("method") == nullptr) out.method.where = out.method.key_where = table.where;
  }
  const Value* atol = p.find("atol");
  if (atol == nullptr) return out;
  const auto add = [&](const std::string& name, const Value& v) {
    if (v.is_none()) return;
    ParameterSpec spec = ParameterSpec::make(Kind::number, "atol", "").above(0);
    const auto q = v.is_string() ? parse_quantity(v.string()) : std::nullopt;
    if (q && is_known_unit(q->unit)) spec.unit = q->unit;  // fits its variable or not: seen once there are variables
    if (check_value(spec, v, diagnostics)) out.atol.emplace_back(name, v);
  };
  if (!atol->is_table()) {
    add("", *atol);
    return out;
  }
  for (const auto& [name, v] : atol->table()) add(name, v);
  return out;
}

RecordSection read_record(const Value& root, const std::string& time_unit, Diagnostics& diagnostics) {
  RecordSection out;
  const Value* table = root.find("record");
  if (table == nullptr || !table->is_table()) return out;
  out.where = table->where;
  const Value plain = with_plain_times("record", *table, {"every"}, time_unit, diagnostics);
  const Parameters p = read_section("record", plain, "[record]", diagnostics);
  if (p.has("every")) out.every = p.number("every");
  if (p.has("gzip")) out.gzip = static_cast<int>(p.integer("gzip"));
  if (p.has("flush")) out.flush = p.number("flush");
  if (const Value* variables = p.find("variables")) {
    if (variables->is_list()) {
      for (const auto& v : variables->list()) {
        if (!v.is_none()) out.variables.push_back(read_variable(v, time_unit, diagnostics));
      }
    } else {
      fault(diagnostics, *variables, "must be a list of variables",
            "[\"hidden.a\", { name = \"weights\", every = 10 }]");
    }
  }
  if (const Value* expressions = p.find("expressions")) {
    for (const auto& [name, v] : expressions->table()) {
      if (!is_identifier(name)) {
        fault_at_key(diagnostics, v, fmt::format("\"{}\" is no name for an expression", name),
                     "letters, digits and _, not starting with a digit");
      } else if (!v.is_string()) {
        fault(diagnostics, v, "must be an expression, as a string", "e.g. \"mean(hidden.a)\"");
      } else {
        out.expressions.emplace_back(name, source_text(v));
      }
    }
  }
  return out;
}

CheckpointSection read_checkpoint(const Value& root, const std::string& time_unit, Diagnostics& diagnostics) {
  CheckpointSection out;
  const Value* table = root.find("checkpoint");
  if (table == nullptr || !table->is_table()) return out;
  const Value plain = with_plain_times("checkpoint", *table, {"every"}, time_unit, diagnostics);
  const Parameters p = read_section("checkpoint", plain, "[checkpoint]", diagnostics);
  if (p.has("wall")) out.wall = p.number("wall");
  if (p.has("every")) out.every = p.number("every");
  if (p.has("steps")) out.steps = p.integer("steps");
  return out;
}

std::vector<FactSection> read_report(const Value& root, Diagnostics& diagnostics) {
  std::vector<FactSection> out;
  const Value* table = root.find("report");
  if (table == nullptr || !table->is_table()) return out;
  for (const auto& [name, v] : table->table()) {
    if (v.is_none()) continue;
    if (name.empty() || name.find_first_of("\n\r") != std::string::npos) {
      fault_at_key(diagnostics, v, "is no name for a fact", "one line of text");
      continue;
    }
    FactSection fact;
    fact.name = name;
    fact.where = v.key_where;
    if (v.is_table()) {
      const Parameters p = read_section("report.*", v, "a fact", diagnostics);
      if (!p.has("value")) continue;
      fact.value = source_text(p.at("value"));
      if (p.has("of")) fact.of = p.text("of");
      if (p.has("expected")) fact.expected = source_text(p.at("expected"));
      if (p.has("within")) fact.within = p.number("within");
      if (v.find("expected") != nullptr && v.find("within") == nullptr) {
        fault_at_key(diagnostics, *v.find("expected"), "needs \"within\", how far the value may be from it",
                     "within = a number >= 0");
      } else if (v.find("within") != nullptr && v.find("expected") == nullptr && fact.of != "drift") {
        fault_at_key(diagnostics, *v.find("within"), "needs \"expected\", unless it bounds a drift",
                     "expected = a number; or of = \"drift\"");
      }
    } else if (v.is_string() || v.is_number()) {
      fact.value = source_text(v);
    } else {
      fault(diagnostics, v, "must be an expression or a table",
            "\"loss\", or { value = \"loss\", expected = 0, within = 1e-6 }");
      continue;
    }
    out.push_back(std::move(fact));
  }
  return out;
}

}  // namespace neurode::scenario
