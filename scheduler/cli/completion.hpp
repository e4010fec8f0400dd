// Scripts that complete the command line in a shell, made from what the command line knows of itself. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quern::scheduler::cli {

// What stands behind an option, or as an argument.
enum class ValueKind { none, word, file, folder, choice };

struct OptionText {
  std::vector<std::string> names;  // "-o", "--output"; empty: an argument
  std::string about;
  ValueKind kind = ValueKind::none;
  std::vector<std::string> choices;  // of ValueKind::choice
};

struct CommandText {
  std::string name;
  std::string about;
  std::vector<OptionText> options;
  std::vector<OptionText> arguments;
  std::vector<CommandText> commands;
};

// For "bash", "zsh" or "fish"; nullopt for other shells. Names are words without blanks and quotes.
std::optional<std::string> completion_script(std::string_view shell, const CommandText& program);

}  // namespace quern::scheduler::cli
