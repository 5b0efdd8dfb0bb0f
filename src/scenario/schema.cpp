#include "neurode/scenario/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "neurode/core/json.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

namespace {

const std::string kIdentifier = R"({"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})";
const std::string kName = R"({"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"})";
const std::string kArrow =
    R"({"pattern": "^[ \t]*[A-Za-z_][\\w-]*[ \t]*->[ \t]*[A-Za-z_][\\w-]*[ \t]*(:[ \t]*[A-Za-z_][\\w-]*[ \t]*)?$"})";

std::string ref(const std::string& name) { return R"({"$ref": "#/definitions/)" + name + "\"}"; }

/// "anyOf" of alternatives that are JSON already.
std::string any_of(std::initializer_list<std::string> alternatives) {
  std::string out;
  for (const auto& a : alternatives) out += (out.empty() ? "" : ", ") + a;
  return "\"anyOf\": [" + out + "]";
}

std::string name_list(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + json_quoted(n);
  return "[" + out + "]";
}

/// A family's name: one of its members; `open`: or one that the scenario defines.
std::string names_of(const std::vector<Entry>& members, bool open) {
  const auto names = entry_names(members);
  if (members.empty()) return R"("type": "string")";
  return open ? R"("type": "string", "examples": )" + name_list(names) : "\"enum\": " + name_list(names);
}

/// A type with the parameter's range.
std::string ranged(const char* type, const ParameterSpec& s) {
  std::string out = fmt::format("\"type\": \"{}\"", type);
  if (s.min) out += fmt::format(", \"{}\": {}", s.min_open ? "exclusiveMinimum" : "minimum", *s.min);
  if (s.max) out += fmt::format(", \"{}\": {}", s.max_open ? "exclusiveMaximum" : "maximum", *s.max);
  return out;
}

/// The keywords for a parameter's type and range; "" where anything goes.
std::string type_keywords(const ParameterSpec& s) {
  const std::string number = "{" + ranged("number", s) + "}", quantity = ref("quantity");
  const std::string list = R"({"type": "array", "items": {)" + any_of({number, quantity}) + "}}";
  switch (s.kind) {
    case Kind::boolean:
      return R"("type": "boolean")";
    case Kind::integer:
      return ranged("integer", s);
    case Kind::number:
      return any_of({number, quantity});
    case Kind::string:
      return R"("type": "string")";
    case Kind::choice:
      return "\"enum\": " + name_list(s.choices);
    case Kind::path:
      return R"("type": "string", "minLength": 1)";
    case Kind::expression:
      return R"("type": ["string", "number"])";
    case Kind::numbers:
      return R"("type": "array", "items": {)" + any_of({number, quantity}) + "}";
    case Kind::strings:
      return R"("type": "array", "items": {"type": "string"})";
    case Kind::per_neuron:
      return any_of({number, quantity, list, ref("distribution")});
    case Kind::table:
      return R"("type": "object")";
    case Kind::any:
      return "";
  }
  return "";
}

class SchemaWriter {
 public:
  explicit SchemaWriter(const SchemaFamilies& families) : f_(families) {}

  std::string write() {
    w_.begin_object();
    w_.member("$schema", "http://json-schema.org/draft-07/schema#").member("title", "neurode scenario");
    closed_section("");
    // The sections without which there is no scenario; read_scenario() says so in words.
    w_.json_members(R"("required": ["schema", "population", "time"])");
    w_.key("definitions").begin_object();
    w_.key("quantity")
        .json(R"({"description": "a number with a unit, e.g. \"10 ms\"", "type": "string", )"
              R"("pattern": "^[ \t]*[-+]?([0-9]|\\.[0-9]).*[A-Za-z%1)]"})");
    w_.key("numbers").json(R"({"type": "array", "minItems": 1, "items": {)" + any_of({kNumber, ref("quantity")}) +
                           "}}");
    w_.key("rows").json(R"({"type": "array", "minItems": 1, "items": )" + ref("numbers") + "}");
    w_.key("plain_rows")
        .json(R"({"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 1, "items": )" + kNumber +
              "}}");
    w_.key("column").json(R"({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}]})");
    w_.key("initial").json("{" + any_of({kNumber, ref("quantity"), ref("numbers"), ref("distribution")}) + "}");
    w_.key("distribution").begin_object();
    family({"a distribution", {init_spec()}, {}}, "init", f_.initialisers);
    w_.end_object();
    for (const auto& [name, section] :
         {std::pair{"weights", "projection.*.weights"}, {"bias_table", "population.*.bias"}}) {
      w_.key(name).begin_object();
      family({section, section_table(section).keys, {}}, "init", f_.initialisers);
      w_.end_object();
    }
    w_.key("bias").json("{" + any_of({kNumber, ref("quantity"), ref("numbers"), ref("bias_table")}) + "}");
    w_.key("parameter").begin_object();
    closed_section("model.*.parameters.*");
    w_.end_object();
    w_.key("preset").begin_object();
    closed_section("model.*.presets.*");
    w_.end_object();
    w_.key("variable").begin_object();
    closed_section("record.variables[]");
    w_.end_object();
    w_.key("fact").begin_object();
    closed_section("report.*");
    w_.end_object();
    w_.key("local_rule").begin_object();
    family({"projection.*.plasticity", section_table("projection.*.plasticity").keys, {}}, "rule", f_.plasticity);
    w_.end_object();
    w_.key("synapse").begin_object();
    family({"projection.*.synapse", section_table("projection.*.synapse").keys, {}}, "model", f_.synapses);
    w_.end_object();
    w_.key("connectivity").begin_object();
    family({"projection.*.connect", section_table("projection.*.connect").keys, {}}, "rule", f_.connectivities);
    w_.end_object();
    w_.key("matrix_file").begin_object();
    closed_section("data.inputs");
    w_.end_object();
    w_.key("loss").begin_object();
    family({"learning.loss", section_table("learning.loss").keys, {}}, "name", f_.losses);
    w_.end_object();
    w_.key("flow").begin_object();
    family({"learning.flow", section_table("learning.flow").keys, {}}, "name", f_.flows);
    w_.end_object();
    w_.key("target").begin_object();
    closed_section("learning.target");
    w_.end_object();
    w_.key("rate").begin_object();
    family({"learning.rate", section_table("learning.rate").keys, {}}, "schedule", f_.rates);
    w_.end_object();
    w_.end_object().end_object();
    return w_.text() + "\n";
  }

 private:
  /// An object of declared keys, and more that belong to every family member.
  struct Shape {
    std::string section;
    ParameterTable keys, more;
  };

  static ParameterSpec init_spec() { return ParameterSpec::make(Kind::any, "init", "name of a distribution").needed(); }

  /// The keywords of a key that its kind alone does not describe; null where there are none.
  const std::string* form(const std::string& section, const std::string& key) const {
    const auto found = forms_.find(section.empty() ? key : section + "." + key);
    return found == forms_.end() ? nullptr : &found->second;
  }

  void key_body(const std::string& section, const ParameterSpec& s) {
    std::string help = s.help;
    if (!s.unit.empty()) help += fmt::format("{}[{}]", help.empty() ? "" : " ", s.unit);
    if (!help.empty()) w_.member("description", help);
    if (s.default_value && !s.default_value->is_none()) w_.key("default").value(*s.default_value);
    const std::string* own = form(section, s.name);
    const std::string keywords = own != nullptr ? *own : type_keywords(s);
    if (!keywords.empty()) w_.json_members(keywords);
  }

  void key(const std::string& section, const ParameterSpec& s) {
    w_.key(s.name).begin_object();
    if (!sub_section(section, s.name)) {
      if (!section.empty() && section.find(' ') == std::string::npos && form(section, s.name) == nullptr &&
          (s.kind == Kind::any || s.kind == Kind::table)) {
        throw std::logic_error("the schema has no form for " + section + "." + s.name);
      }
      key_body(section, s);
    }
    w_.end_object();
  }

  /// Keys that are sections themselves. False if `name` is none.
  bool sub_section(const std::string& section, const std::string& name) {
    const std::string full = section.empty() ? name : section + "." + name;
    if (full == "learning") {
      family({full, section_table(full).keys, {}}, "rule", f_.rules);
    } else if (full == "integrator") {
      family({full, section_table(full).keys, f_.integrator}, "method", f_.methods);
    } else if (full == "data" || full == "data.test" || full == "data.batch" || full == "data.sequence" ||
               full == "data.schedule" || full == "time" || full == "time.stop" || full == "record" ||
               full == "checkpoint") {
      closed_section(full);
    } else if (full == "population") {
      named(full, kName, "model", f_.models);
    } else if (full == "stimulus") {
      named(full, kName, "kind", f_.stimuli);
    } else if (full == "projection") {
      named(full, kArrow, "", {});
    } else if (full == "model" || full == "plasticity") {
      named(full, kIdentifier, "", {});
    } else {
      return false;
    }
    return true;
  }

  /// [kind.NAME]
  void named(const std::string& kind, const std::string& names, const std::string& name_key,
             const std::vector<Entry>& members) {
    const std::string section = kind + ".*";
    w_.json_members(R"("type": "object", "propertyNames": )" + names);
    if (kind == "population") w_.member("minProperties", 1);
    w_.key("additionalProperties").begin_object();
    if (name_key.empty()) {
      closed_section(section);
    } else {
      family({section, section_table(section).keys, {}}, name_key, members);
    }
    w_.end_object();
  }

  void required(const ParameterTable& keys) {
    std::vector<std::string> names;
    for (const auto& s : keys) {
      if (s.required) names.push_back(s.name);
    }
    if (!names.empty()) w_.json_members("\"required\": " + name_list(names));
  }

  void closed_section(const std::string& section) {
    const SectionTable& t = section_table(section);
    w_.member("description", t.help).member("type", "object").key("properties").begin_object();
    for (const auto& s : t.keys) key(section, s);
    w_.end_object();
    if (!section.empty()) required(t.keys);
    w_.member("additionalProperties", false);
    if (section == "time.stop") w_.member("minProperties", 1);
    if (section == "model.*") w_.json_members(R"("anyOf": [{"required": ["equations"]}, {"required": ["extends"]}])");
  }

  /// An object with the keys of the member that `name_key` chooses: for each member, its keys and no others.
  void family(const Shape& shape, const std::string& name_key, const std::vector<Entry>& members) {
    w_.member("type", "object").key("properties").begin_object();
    std::string standard;
    for (const auto& s : shape.keys) {
      key(shape.section, s);
      if (s.name == name_key && s.default_value && s.default_value->is_string()) standard = s.default_value->string();
    }
    for (const auto& s : shape.more) key("", s);
    w_.end_object();
    required(shape.keys);
    if (members.empty()) return;
    w_.key("allOf").begin_array();
    for (const auto& m : members) {
      w_.begin_object().key("if").begin_object();
      w_.key("properties").json(fmt::format("{{{}: {{\"const\": {}}}}}", json_quoted(name_key), json_quoted(m.name)));
      if (m.name != standard) w_.key("required").json(name_list({name_key}));  // the default needs no word
      w_.end_object().key("then").begin_object().key("properties").begin_object();
      for (const auto& s : shape.keys) w_.member(s.name, true);
      for (const auto& s : shape.more) w_.member(s.name, true);
      for (const auto& s : m.parameters) key("", s);
      w_.end_object();
      required(m.parameters);
      w_.member("additionalProperties", false).end_object().end_object();
    }
    w_.end_array();
  }

  std::map<std::string, std::string> make_forms() const {
    const std::string text = R"({"type": ["string", "number"]})";
    const auto map_of = [](const std::string& values) {
      return R"("type": "object", "additionalProperties": )" + values;
    };
    const std::string neurons = any_of(
        {R"({"const": "all"})", R"({"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}})"});
    const std::string columns =
        any_of({ref("column"), R"({"type": "array", "minItems": 1, "items": )" + ref("column") + "}"});
    const std::string tolerance = any_of({R"({"type": "number", "exclusiveMinimum": 0})", ref("quantity")}),
                      scalar = any_of({kNumber, ref("quantity")});
    const std::string interval = R"("type": "array", "minItems": 2, "maxItems": 2, "items": )" + std::string(kNumber);
    const std::string initialiser = "{" + names_of(f_.initialisers, false) + "}";
    const std::string value = any_of({kNumber, ref("quantity"), ref("numbers"), ref("parameter")});
    const std::string parameters =
        R"("type": "object", "propertyNames": )" + kIdentifier + R"(, "additionalProperties": {)";
    const std::string biases = R"({"type": "object", "minProperties": 1, "propertyNames": {"allOf": [)" + kIdentifier +
                               R"(, {"not": {"enum": ["init", "plastic"]}}]}, "additionalProperties": )" + ref("bias") +
                               "}";
    return {
        {"data.inputs", any_of({ref("plain_rows"), ref("matrix_file")})},
        {"data.targets", any_of({ref("plain_rows"), ref("matrix_file")})},
        {"data.input_columns", columns},
        {"data.target_columns", columns},
        {"data.classes", R"("type": "array", "minItems": 2, "items": {"type": ["string", "integer"]})"},
        {"data.scale", any_of({R"({"enum": ["none", "zscore", "minmax"]})", kNumber})},
        {"model.*.parameters", parameters + value + "}"},
        {"model.*.initial", map_of(ref("initial"))},
        {"model.*.units", map_of(R"({"type": "string"})")},
        {"model.*.inputs", any_of({R"({"type": "array", "uniqueItems": true, "items": {"type": "string"}})",
                                   R"({"type": "object", "additionalProperties": {"type": "string"}})"})},
        {"model.*.steady_state", any_of({text, "{" + map_of(text) + "}"})},
        {"model.*.presets", map_of(ref("preset"))},
        {"model.*.presets.*.parameters", map_of(ref("initial"))},
        {"model.*.presets.*.initial", map_of(ref("initial"))},
        {"model.*.refractory", any_of({kNumber, R"({"type": "string", "minLength": 1})"})},
        {"model.*.hold", R"("type": "array", "minItems": 1, "items": {"type": "string"})"},
        {"model.*.parameters.*.default", any_of({kNumber, ref("quantity"), ref("numbers"), ref("distribution")})},
        {"model.*.parameters.*.min", scalar},
        {"model.*.parameters.*.max", scalar},
        {"model.*.parameters.*.above", scalar},
        {"model.*.parameters.*.below", scalar},
        {"plasticity.*.parameters", parameters + value + "}"},
        {"plasticity.*.states", map_of(R"({"enum": ["pre", "post", "connection"]})")},
        {"plasticity.*.initial", map_of(kNumber)},
        {"population.*.model", names_of(f_.models, true)},
        {"population.*.activation", names_of(f_.activations, true)},
        {"population.*.shape",
         R"("type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer", "minimum": 1})"},
        {"population.*.history",
         map_of("{" +
                any_of({text, ref("numbers"), ref("distribution"), R"({"type": "object", "required": ["path"]})"}) +
                "}")},
        {"population.*.bias.bounds", interval},
        {"projection.*.weights.bounds", interval},
        {"population.*.bias", any_of({ref("bias"), biases})},
        {"population.*.initial", map_of(ref("initial"))},
        {"population.*.bias.plasticity", any_of({"{" + names_of(f_.plasticity, true) + "}", ref("local_rule")})},
        {"population.*.bias.init", any_of({initialiser, kNumber, ref("quantity"), ref("numbers")})},
        {"projection.*.weights", any_of({kNumber, ref("quantity"), ref("rows"), ref("weights")})},
        {"projection.*.weights.init", any_of({initialiser, kNumber, ref("quantity"), ref("rows")})},
        {"projection.*.connect", any_of({"{" + names_of(f_.connectivities, false) + "}", ref("connectivity")})},
        {"projection.*.connect.rule", names_of(f_.connectivities, false)},
        {"projection.*.delay", any_of({kNumber, ref("quantity"), ref("rows"), ref("numbers"), ref("distribution")})},
        {"projection.*.synapse", any_of({"{" + names_of(f_.synapses, true) + "}", ref("synapse")})},
        {"projection.*.synapse.model", names_of(f_.synapses, true)},
        {"projection.*.parameters", parameters + any_of({kNumber, ref("quantity")}) + "}"},
        {"projection.*.plasticity", any_of({"{" + names_of(f_.plasticity, true) + "}", ref("local_rule")})},
        {"projection.*.plasticity.rule", names_of(f_.plasticity, true)},
        {"projection.*.plasticity.initial", map_of(ref("initial"))},
        {"a distribution.init", names_of(f_.initialisers, false)},
        {"stimulus.*.kind", names_of(f_.stimuli, false)},
        {"stimulus.*.neurons", neurons},
        {"data.batch.period", any_of({R"({"type": "number", "exclusiveMinimum": 0})", ref("quantity")})},
        {"data.batch.window", any_of({R"({"type": "number", "exclusiveMinimum": 0})", ref("quantity")})},
        {"data.sequence.step", any_of({R"({"type": "number", "exclusiveMinimum": 0})", ref("quantity")})},
        {"data.sequence.gap", any_of({R"({"type": "number", "minimum": 0})", ref("quantity")})},
        {"data.schedule.times",
         R"("type": "array", "minItems": 1, "items": {)" + any_of({kNumber, ref("quantity")}) + "}"},
        {"data.schedule.rows", R"("type": "array", "minItems": 1, "items": {"type": "integer", "minimum": -1})"},
        {"learning.rule", names_of(f_.rules, false)},
        {"learning.loss", any_of({"{" + names_of(f_.losses, false) + "}", ref("loss")})},
        {"learning.loss.name", names_of(f_.losses, false)},
        {"learning.flow", any_of({"{" + names_of(f_.flows, false) + "}", ref("flow")})},
        {"learning.flow.name", names_of(f_.flows, false)},
        {"learning.target", any_of({R"({"type": ["string", "number"]})",
                                    R"({"type": "array", "items": {"type": ["string", "number"]}})", ref("target")})},
        {"learning.rate", any_of({R"({"type": "number", "exclusiveMinimum": 0})", ref("rate")})},
        {"learning.rate.schedule", names_of(f_.rates, false)},
        {"integrator.method", names_of(f_.methods, false)},
        {"integrator.atol", any_of({"{" + tolerance + "}", "{" + map_of("{" + tolerance + "}") + "}"})},
        {"record.variables",
         R"("type": "array", "items": {)" + any_of({R"({"type": "string", "minLength": 1})", ref("variable")}) + "}"},
        {"record.variables[].neurons", neurons},
        {"report", R"("type": "object", "propertyNames": {"pattern": "^[^\\n\\r]+$"}, "additionalProperties": {)" +
                       any_of({R"({"type": ["string", "number"]})", ref("fact")}) + "}"},
        {"record.expressions", R"("propertyNames": )" + kIdentifier + ", " + map_of(R"({"type": "string"})")},
    };
  }

  inline static const std::string kNumber = R"({"type": "number"})";

  const SchemaFamilies& f_;
  std::map<std::string, std::string> forms_ = make_forms();
  JsonWriter w_;
};

}  // namespace

std::string json_schema(const SchemaFamilies& families) { return SchemaWriter(families).write(); }

}  // namespace neurode::scenario
