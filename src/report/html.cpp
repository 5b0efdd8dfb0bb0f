#include "report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neurode/core/utf8.hpp"

namespace neurode::report {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (n == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
      out += ' ';
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out;
}

std::string script_safe(std::string json) {
  for (auto at = json.find('<'); at != std::string::npos; at = json.find('<', at + 6)) json.replace(at, 1, "\\u003c");
  return json;
}

std::string shortened(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  return text.substr(0, end) + fmt::format("\n... ({} bytes more)", text.size() - end);
}

void Table::add(std::vector<std::string> row, std::size_t most) {
  if (rows.size() < most) {
    rows.push_back(std::move(row));
  } else {
    ++left_out;
  }
}

std::string Table::html() const {
  std::vector<bool> shown;  // a column without a word says nothing
  for (std::size_t k = 0; k < columns.size(); ++k) {
    shown.push_back(
        std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return k < row.size() && !row[k].empty(); }));
  }
  std::string out = sorts ? "<div class=\"scroll\"><table class=\"sorts\">" : "<div class=\"scroll\"><table>";
  out += "<thead><tr>";
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (!shown[k]) continue;
    const Column& c = columns[k];
    out += fmt::format("<th scope=\"col\"{}{}>{}</th>", c.number ? " class=\"number\"" : "",
                       c.help.empty() ? "" : " title=\"" + escaped(c.help) + "\"", c.head);
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (shown[k]) out += fmt::format("<td{}>{}</td>", columns[k].number ? " class=\"number\"" : "", row[k]);
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (left_out > 0) out += fmt::format("<p class=\"note\">{} more rows are left out.</p>\n", left_out);
  return out;
}

std::string definitions(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!value.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
  }
  return out.empty() ? "" : "<dl>\n" + out + "</dl>\n";
}

}  // namespace neurode::report
