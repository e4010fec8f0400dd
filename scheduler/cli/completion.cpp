#include "scheduler/cli/completion.hpp"

#include <functional>

namespace quern::scheduler::cli {
namespace {

// In single quotes of any of the shells.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + '\'';
}

std::string joined(const std::vector<std::string>& words, std::string_view between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? std::string_view() : between), text += word;
  return text;
}

std::vector<std::string> names_of(const std::vector<CommandText>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const CommandText& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> option_names(const CommandText& command) {
  std::vector<std::string> names;
  for (const OptionText& option : command.options) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

using Visit = std::function<void(const CommandText&, const std::string& path)>;
// All commands, each with the words that lead to it: "quern ledger export".
void each_command(const CommandText& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandText& below : command.commands) each_command(below, path + ' ' + below.name, visit);
}

// The values that can be told without asking anybody: "file", "folder", or the choices.
std::string value_word(const OptionText& option) {
  switch (option.kind) {
    case ValueKind::file:
      return "@file";
    case ValueKind::folder:
      return "@folder";
    case ValueKind::choice:
      return joined(option.choices);
    case ValueKind::word:
      return "@word";
    case ValueKind::none:
      break;
  }
  return "";
}

// Shell functions that bash and zsh share: _quern_value PATH OPTION sets `value` to what stands behind the option,
// empty when nothing does; _quern_below PATH WORD sets `below` to the path of a subcommand, empty when it is none.
std::string shared_functions(const CommandText& program) {
  std::string values;
  std::string below;
  std::string arguments;
  std::string options;
  std::string commands;
  each_command(program, program.name, [&](const CommandText& command, const std::string& path) {
    for (const OptionText& option : command.options) {
      if (option.kind == ValueKind::none) continue;
      std::string patterns;
      for (const std::string& name : option.names)
        patterns += (patterns.empty() ? "" : "|") + quoted(path + ' ' + name);
      values += "    " + patterns + ") value=" + quoted(value_word(option)) + " ;;\n";
    }
    for (const CommandText& each : command.commands)
      below += "    " + quoted(path + ' ' + each.name) + ") below=" + quoted(path + ' ' + each.name) + " ;;\n";
    const std::string argument = command.arguments.empty() ? "" : value_word(command.arguments.front());
    arguments += "    " + quoted(path) + ") value=" + quoted(argument) + " ;;\n";
    options += "    " + quoted(path) + ") value=" + quoted(joined(option_names(command))) + " ;;\n";
    commands += "    " + quoted(path) + ") value=" + quoted(joined(names_of(command.commands))) + " ;;\n";
  });
  const auto function = [](std::string_view name, std::string_view variable, std::string_view key,
                           const std::string& cases) {
    return '_' + std::string(name) + "() {\n  " + std::string(variable) + "=''\n  case \"" + std::string(key) +
           "\" in\n" + cases + "  esac\n}\n";
  };
  return function("quern_value", "value", "$1 $2", values) + function("quern_below", "below", "$1 $2", below) +
         function("quern_argument", "value", "$1", arguments) + function("quern_options", "value", "$1", options) +
         function("quern_commands", "value", "$1", commands);
}

constexpr std::string_view kBashMain = R"(_quern() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=quern value below i
  COMPREPLY=()
  # --option=value comes as three words
  if [[ $word == '=' ]]; then word=''
  elif [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    _quern_value "$path" "${COMP_WORDS[i]}"
    if [[ -n $value ]]; then
      [[ ${COMP_WORDS[i+1]} == '=' ]] && ((i++))
      ((i++))
      continue
    fi
    _quern_below "$path" "${COMP_WORDS[i]}"
    [[ -n $below ]] && path=$below
  done
  _quern_value "$path" "$before"
  if [[ -z $value && $word == -* ]]; then
    _quern_options "$path"
  elif [[ -z $value ]]; then
    _quern_commands "$path"
    local commands=$value
    _quern_argument "$path"
    [[ -n $commands ]] && value="$commands ${value#@word}"
  fi
  case "$value" in
    *@file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    *@folder) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    *@word) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$value" -- "$word") ;;
  esac
}
complete -o filenames -F _quern quern
)";

constexpr std::string_view kZshMain = R"(_quern() {
  local path_=quern value below before=${words[CURRENT-1]} commands i
  for ((i = 2; i < CURRENT; i++)); do
    _quern_value "$path_" "${words[i]}"
    if [[ -n $value ]]; then
      ((i++))
      continue
    fi
    _quern_below "$path_" "${words[i]}"
    [[ -n $below ]] && path_=$below
  done
  _quern_value "$path_" "$before"
  if [[ -z $value && $PREFIX == -* ]]; then
    _quern_options "$path_"
  elif [[ -z $value ]]; then
    _quern_commands "$path_"
    commands=$value
    _quern_argument "$path_"
    [[ -n $commands ]] && value="$commands ${value#@word}"
  fi
  case "$value" in
    *@file) _files ;;
    *@folder) _files -/ ;;
    *@word) ;;
    *) compadd -- ${=value} ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _quern "$@"; else compdef _quern quern; fi
)";

// When fish is to offer what belongs to a command.
std::string fish_condition(const CommandText& command, const std::string& path) {
  const std::size_t first = path.find(' ');
  if (first == std::string::npos) return "__fish_use_subcommand";
  std::string condition;
  for (std::size_t begin = first + 1; begin < path.size();) {
    const std::size_t end = std::min(path.find(' ', begin), path.size());
    condition += (condition.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") +
                 path.substr(begin, end - begin);
    begin = end + 1;
  }
  if (!command.commands.empty())
    condition += "; and not __fish_seen_subcommand_from " + joined(names_of(command.commands));
  return condition;
}

std::string fish_value(const OptionText& option) {
  switch (option.kind) {
    case ValueKind::file:
      return " -r -F";
    case ValueKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::choice:
      return " -x -a " + quoted(joined(option.choices));
    case ValueKind::word:
      return " -x";
    case ValueKind::none:
      break;
  }
  return "";
}

std::string fish_script(const CommandText& program) {
  std::string text = "complete -c " + program.name + " -f\n";
  each_command(program, program.name, [&](const CommandText& command, const std::string& path) {
    const std::string head = "complete -c " + program.name + " -n " + quoted(fish_condition(command, path));
    for (const CommandText& below : command.commands)
      text += head + " -a " + below.name + " -d " + quoted(below.about) + '\n';
    for (const OptionText& option : command.options) {
      std::string names;
      for (const std::string& name : option.names)
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      text += head + names + fish_value(option) + " -d " + quoted(option.about) + '\n';
    }
    for (const OptionText& argument : command.arguments) {
      if (argument.kind == ValueKind::file) text += head + " -F\n";
      if (argument.kind == ValueKind::choice) text += head + " -a " + quoted(joined(argument.choices)) + '\n';
    }
  });
  return text;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell, const CommandText& program) {
  const std::string head = "# Completion of " + program.name + " for " + std::string(shell) + ", written by `" +
                           program.name + " completion " + std::string(shell) + "`.\n";
  if (shell == "bash") return head + shared_functions(program) + std::string(kBashMain);
  if (shell == "zsh")
    return "#compdef " + program.name + '\n' + head + shared_functions(program) + std::string(kZshMain);
  if (shell == "fish") return head + fish_script(program);
  return std::nullopt;
}

}  // namespace quern::scheduler::cli
