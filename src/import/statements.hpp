#pragma once

#include <string>
#include <vector>

#include "import/lines.hpp"

namespace neurode::importing {

/// One statement of the file; a list (`par a=1, b=2`) is one a name.
struct Statement {
  enum class Kind {
    parameter,
    number,
    derived,    ///< !name=formula
    fixed,      ///< name=formula
    auxiliary,  ///< aux name=formula
    rate,       ///< name'=formula, dname/dt=formula
    initial,    ///< init name=value, name(0)=formula
    function,   ///< name(a,b)=formula; table name % n low high formula
    wiener,
    event,   ///< global sign condition {assignments}: `sign`, `condition`, value: the assignments
    preset,  ///< set name {a=1,...}: value: what stands between the braces
    option,  ///< @ name=value
    only,
    unknown  ///< defines a name that neurode has nothing for; `reason` says what it is
  };
  Kind kind = Kind::fixed;
  std::string name;                    ///< as written
  Location where;                      ///< of the name
  Line value;                          ///< formula or number as written
  std::vector<std::string> arguments;  ///< of a function, in lower case
  Line condition, sign;
  std::string reason;
  std::vector<std::string> comments;  ///< lines above it
  std::string remark;                 ///< behind it on its line
  bool repeated = false;              ///< a further element of an array
};

struct OdeFile {
  std::vector<std::string> head;  ///< comments before the first statement
  std::vector<Statement> statements;
};

/// Sorts the lines by what they are. What is left out altogether goes to `remarks`, what is wrong to `diagnostics`.
OdeFile read_statements(const std::vector<Line>& lines, Diagnostics& diagnostics, std::vector<Remark>& remarks);

/// `a=1, b = 2 c=3` as XPPAUT splits it: at commas and blanks. Without "=" the value is empty.
std::vector<std::pair<Line, Line>> split_list(const Line& line);

/// The number at the beginning of a value, as C's atof reads it, and whether that was all of it.
struct LeadingNumber {
  double value = 0;
  bool whole = false;
};
LeadingNumber leading_number(const Line& value);

}  // namespace neurode::importing
