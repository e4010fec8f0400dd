// The commands that a line can give.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/time.hpp"
#include "tests/peer/arguments.hpp"

namespace quern::peer {

inline constexpr runtime::Duration kTimeout = std::chrono::seconds(15);  // of a command that names none
inline constexpr std::uint64_t kTimeoutMaxMs = 3'600'000;

struct Request {
  boost::json::value id;  // null, a number or text: the answer's "re"
  std::string command;
  Arguments arguments;
  runtime::Duration timeout;
};
// Why a line is no command, with its id where it can be read.
struct BadLine {
  boost::json::value id;
  runtime::Error error;
};

// Answers with the fields of the reply. It is cancelled when its time is over.
using Handler = std::function<runtime::Task<runtime::Result<boost::json::object>>(Arguments arguments)>;

class CommandTable {
 public:
  // `arguments` are the names it takes, apart from id, cmd and timeout.
  void add(std::string name, std::vector<std::string> arguments, Handler handler);
  // Commands by name, each with its arguments.
  boost::json::object list() const;

  // Errc::bad_line, unknown_command, bad_argument (an argument that the command does not have, a wrong time-out).
  std::expected<Request, BadLine> read(std::string_view line) const;
  // The table outlives the task.
  runtime::Task<runtime::Result<boost::json::object>> run(Request request) const;

 private:
  struct Command {
    std::vector<std::string> arguments;
    Handler handler;
  };
  runtime::Result<Request> check(const boost::json::object& line) const;

  std::map<std::string, Command, std::less<>> commands_;
};

}  // namespace quern::peer
