#include "scheduler/cli/verify_command.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <unistd.h>

#include "scheduler/agreement/verify.hpp"
#include "scheduler/cli/input_file.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/cli/pretty_json.hpp"
#include "scheduler/cli/statement_text.hpp"
#include "scheduler/cli/terminal.hpp"

namespace quern::scheduler::cli {
namespace {

// The worse of two, where a trail that does not hold is the worst: that is what was asked for.
ExitCode worse(ExitCode a, ExitCode b) {
  if (a == ExitCode::incomplete || b == ExitCode::incomplete) return ExitCode::incomplete;
  return std::max(a, b);
}

// Writes about one file to whichever of the two is wanted.
class Findings {
 public:
  explicit Findings(bool json) : json_(json), page_(style_for(STDOUT_FILENO, ColourChoice::automatic)) {}

  void add(const std::string& name, const Verdict& verdict) {
    if (json_)
      list_.push_back(to_json(name, verdict));
    else
      write_verdict(page_, name, verdict);
  }
  void add_unread(const std::string& name, const std::string& error) {
    if (json_) list_.push_back(boost::json::object{{"file", visible(name)}, {"holds", false}, {"error", error}});
  }
  std::string text() const { return json_ ? pretty(list_) + '\n' : page_.text(); }

 private:
  bool json_;
  boost::json::array list_;
  Page page_;
};

}  // namespace

ExitCode run_verify(const VerifyOptions& options) {
  Findings findings(options.json);
  ExitCode result = ExitCode::complete;
  for (const std::string& name : options.files) {
    const auto file = read_input(name, agreement::kTrailFileBytesMax);
    if (!file) {
      const std::string text = file.error().text + (file.error().is_too_large ? "; no paper trail is so large" : "");
      complain(text);
      findings.add_unread(name, text);
      result = worse(result, ExitCode::failed);
      continue;
    }
    const Verdict verdict = agreement::verify(runtime::bytes_of(*file));
    findings.add(name, verdict);
    if (!verdict) result = worse(result, ExitCode::incomplete);
  }
  const ExitCode printed = print(findings.text());
  return printed == ExitCode::complete ? result : printed;
}

}  // namespace quern::scheduler::cli
