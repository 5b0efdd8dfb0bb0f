#include <fmt/format.h>

#include <cmath>

#include "scenario/reader.hpp"

namespace neurode::scenario {

namespace {

/// Names, numbers from 0, or ranges "first..last": a list, or one of them.
void check_columns(const Parameters& p, const std::string& name, Diagnostics& diagnostics) {
  const Value* v = p.find(name);
  if (v == nullptr) return;
  const std::string allowed = "column names, numbers from 0, or ranges \"first..last\"";
  const auto check = [&](const Value& column) {
    if (column.is_integer() && column.integer() >= 0) return;
    if (column.is_string() && !column.string().empty()) return;
    fault(diagnostics, column, "must be the name or number of a column", allowed);
  };
  if (!v->is_list()) return check(*v);
  if (v->list().empty()) fault(diagnostics, *v, "is empty", allowed);
  for (const auto& column : v->list()) check(column);
}

void check_scale(const Parameters& p, Diagnostics& diagnostics) {
  const Value* v = p.find("scale");
  if (v == nullptr) return;
  const std::string allowed = "\"none\", \"zscore\", \"minmax\", or a factor";
  if (v->is_number() && std::isfinite(v->number()) && v->number() != 0) return;
  if (v->is_string() && (v->string() == "none" || v->string() == "zscore" || v->string() == "minmax")) return;
  Diagnostic d{v->where, v->key, "is no scaling", v->describe(), allowed, ""};
  if (v->is_string()) d.suggestion = nearest_name(v->string(), {"none", "zscore", "minmax"});
  diagnostics.add(std::move(d));
}

void check_classes(const Parameters& p, Diagnostics& diagnostics) {
  const Value* v = p.find("classes");
  if (v == nullptr) return;
  const std::string allowed = "a list of labels, strings or integers, at least two";
  if (!v->is_list() || v->list().size() < 2) return fault(diagnostics, *v, "must be a list of class labels", allowed);
  for (const auto& label : v->list()) {
    if (!label.is_string() && !label.is_integer()) fault(diagnostics, label, "is no class label", allowed);
  }
}

/// [data] test, checked, `offset` filled in.
void check_test(Parameters& p, Diagnostics& diagnostics) {
  const Value* given = p.find("test");
  if (given == nullptr) return;
  const std::string allowed = "{ every = 4, offset = 3 } or { fraction = 0.25 }";
  const std::size_t before = diagnostics.size();
  const Parameters test = read_section("data.test", *given, "the rows kept out", diagnostics);
  if (diagnostics.size() > before) return;
  if (test.has("every") == test.has("fraction") || (test.has("offset") && !test.has("every"))) {
    return fault(diagnostics, *given, "must say either \"every\" or \"fraction\"", allowed);
  }
  if (!test.has("every")) return;
  Value checked = *given;
  if (!test.has("offset")) {
    Value zero = absent(*given);
    zero.data = std::int64_t{0};
    checked.table().emplace_back("offset", std::move(zero));
  } else if (test.integer("offset") >= test.integer("every")) {
    fault(diagnostics, *given->find("offset"), fmt::format("must be < every = {}", test.integer("every")), allowed);
  }
  p.set("test", std::move(checked));
}

/// [data] schedule: lists of one length, rows integers from -1 on.
void check_schedule(const Parameters& p, Diagnostics& diagnostics) {
  const Value *times = p.find("times"), *rows = p.find("rows");
  for (const Value* v : {times, rows}) {
    if (v && (!v->is_list() || v->list().empty())) fault(diagnostics, *v, "must be a list", "as many times as rows");
  }
  if (!times || !rows || !times->is_list() || !rows->is_list()) return;
  if (times->list().size() != rows->list().size()) {
    fault(diagnostics, *rows, fmt::format("must have as many entries as times, {}", times->list().size()));
  }
  for (const Value& v : rows->list()) {
    if (!v.is_integer() || v.integer() < -1) fault(diagnostics, v, "is no row", "a number from 0, or -1 for none");
  }
}

/// Keys that do not go together.
void check_presentation(const DataSection& section, const Value& data, Diagnostics& diagnostics) {
  if (section.sequence && section.settings.has("test")) {
    fault_at_key(diagnostics, *data.find("test"),
                 "cannot be given beside \"sequence\": test rows that take time would "
                 "need a run of their own",
                 "all rows for training, and another scenario for the others");
  }
  if (section.schedule && section.settings.has("test")) {
    fault_at_key(diagnostics, *data.find("test"), "cannot be given beside \"schedule\", which counts all rows",
                 "one of them");
  }
  if (!section.streamed()) return;
  const Value& stream = *data.find("batch")->find("stream");
  const auto refuse = [&](const std::string& problem, const std::string& allowed) {
    fault(diagnostics, stream, problem, allowed);
  };
  const std::string files = "inputs and targets in NumPy (.npy) or HDF5 files";
  if (data.find("file"))
    refuse("a CSV file has no rows that can be found without reading it: convert it to NPY", files);
  for (const char* name : {"inputs", "targets"}) {
    const Value* v = data.find(name);
    if (v && !v->is_table()) refuse(fmt::format("{} stand in the scenario, which is in memory", name), files);
  }
  const bool labels =
      section.settings.has("classes") || (section.settings.has("one_hot") && section.settings.flag("one_hot"));
  if (labels) {
    refuse("class labels are not turned into targets row by row",
           "targets one a class in the file, as numpy.eye(n)[labels] makes them");
  }
}

/// The same rows with numbers in the place of what is no number: steps without a target.
Value without_nan(const Value& rows) {
  Value out = rows;
  if (!out.is_list()) return out;
  for (Value& row : out.list()) {
    if (row.is_list())
      row = without_nan(row);
    else if (row.is_number() && std::isnan(row.number()))
      row.data = 0.0;
  }
  return out;
}

/// Rows of numbers, or { path = ..., dataset = ... }.
bool check_rows(const Value* v, Diagnostics& diagnostics) {
  if (v == nullptr) return true;
  if (!v->is_table()) return check_numbers(*v, true, false, diagnostics);
  const std::size_t before = diagnostics.size();
  read_section("data.inputs", *v, "a file of numbers", diagnostics);
  return diagnostics.size() == before;
}

}  // namespace

std::optional<DataSection> read_data(const Value& root, Diagnostics& diagnostics) {
  const Value* table = root.find("data");
  if (table == nullptr || !table->is_table()) return std::nullopt;
  DataSection out;
  out.where = table->where;
  Value settings = table_at(*table, {});  // without the rows, which may be many
  for (const auto& entry : table->table()) {
    if (entry.first != "inputs" && entry.first != "targets") settings.table().push_back(entry);
  }
  out.settings = read_section("data", settings, "[data]", diagnostics);
  check_columns(out.settings, "input_columns", diagnostics);
  check_columns(out.settings, "target_columns", diagnostics);
  check_scale(out.settings, diagnostics);
  check_classes(out.settings, diagnostics);
  check_test(out.settings, diagnostics);
  if (const Value* batch = out.settings.find("batch")) {
    out.batch = read_section("data.batch", *batch, "[data] batch", diagnostics);
  }
  if (const Value* sequence = out.settings.find("sequence")) {
    out.sequence = read_section("data.sequence", *sequence, "[data] sequence", diagnostics);
  }
  if (const Value* schedule = out.settings.find("schedule")) {
    out.schedule = read_section("data.schedule", *schedule, "[data] schedule", diagnostics);
    check_schedule(*out.schedule, diagnostics);
  }
  check_presentation(out, *table, diagnostics);

  const Value *inputs = table->find("inputs"), *targets = table->find("targets"), *file = table->find("file");
  const std::string both = "inputs and targets, or file";
  if (inputs == nullptr && file == nullptr) {
    diagnostics.add({table->where, table->key, "has neither \"inputs\" nor \"file\"", "", both, ""});
  }
  if (file != nullptr) {
    for (const Value* v : {inputs, targets}) {
      if (v != nullptr) fault_at_key(diagnostics, *v, "cannot be given beside \"file\"", both);
    }
  } else {
    const bool labels = targets != nullptr && targets->is_table();
    for (const std::string name : {"header", "input_columns", "target_columns", "one_hot", "classes"}) {
      if (labels && (name == "one_hot" || name == "classes")) continue;
      if (const Value* v = table->find(name)) fault_at_key(diagnostics, *v, "has a meaning only beside \"file\"", both);
    }
  }
  bool good = check_rows(inputs, diagnostics);
  if (targets != nullptr && out.sequence) {
    const Value known = without_nan(*targets);
    good = check_rows(&known, diagnostics) && good;
  } else {
    good = check_rows(targets, diagnostics) && good;
  }
  if (good && inputs != nullptr && targets != nullptr && inputs->is_list() && targets->is_list() &&
      inputs->list().size() != targets->list().size()) {
    fault(diagnostics, *targets, fmt::format("must have as many rows as inputs, {}", inputs->list().size()));
    good = false;
  }
  if (!good || (inputs == nullptr && file == nullptr)) return std::nullopt;  // said once, here
  if (inputs != nullptr) out.inputs = *inputs;
  if (targets != nullptr) out.targets = *targets;
  if (file != nullptr) out.file = *file;
  return out;
}

}  // namespace neurode::scenario
