// The program `quern`. The only file that includes CLI11, which takes longer to compile than all the rest of the
// command line.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <optional>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "hwprobe/text.hpp"
#include "scheduler/cli/command_texts.hpp"
#include "scheduler/cli/completion.hpp"
#include "scheduler/cli/daemon.hpp"
#include "scheduler/cli/donation_commands.hpp"
#include "scheduler/cli/job_commands.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/cli/probe_command.hpp"
#include "scheduler/cli/run_command.hpp"
#include "scheduler/cli/show_commands.hpp"
#include "scheduler/cli/verify_command.hpp"

namespace quern::scheduler::cli {
namespace {

// What a command does with its words, or why they make no sense.
using Action = std::function<std::expected<ExitCode, std::string>()>;

// All words of all commands; each command reads its own.
struct Words {
  ProbeWords probe;
  VerifyOptions verify;
  ShowOptions show;
  std::string colour = "auto";
  OfferFilter offers;
  std::string length;
  std::string device;
  SubmitWords submit;
  RunOptions run;
  std::string job;
  std::string folder;
  bool follow = false;
  bool force = false;
  ExportOptions ledger;
  bool entries = false;
  std::optional<std::uint64_t> limit;
  std::string shell;
};

struct CommandLine {
  CLI::App app{kAbout, "quern"};
  Words words;
  std::map<const CLI::App*, Action> actions;
};

void add_colour(CLI::App& command, std::string& colour) {
  command.add_option("--color", colour, "Colours; auto heeds terminal and NO_COLOR")->type_name("auto|always|never");
}

void add_socket(CLI::App& command, Words& words) {
  command.add_option("--socket", words.show.daemon.socket, "The daemon's socket, where it is not the usual one")
      ->type_name("PATH");
}

// An empty name is a variable of a script that is not set: without this check it would be taken as no option.
CLI::Option& named(CLI::Option* option) {
  return *option->check([](const std::string& name) { return name.empty() ? std::string("the name is empty") : ""; });
}

void add_limit(CLI::App& command, Words& words, const char* about) {
  command.add_option("--limit", words.limit, about)->type_name("N")->check(CLI::Range(std::uint64_t{1}, kShownMax));
}

CLI::App& add_command(CommandLine& line, CLI::App& above, const char* name, const char* about, const char* footer,
                      Action action) {
  CLI::App& command = *above.add_subcommand(name, about);
  command.footer(footer);
  line.actions.emplace(&command, std::move(action));
  return command;
}

// A command that talks with the daemon.
CLI::App& add_daemon_command(CommandLine& line, const char* name, const char* about, const char* footer,
                             Action action) {
  CLI::App& command = add_command(line, line.app, name, about, footer, [&line, action = std::move(action)] {
    const auto colour = parse_colour(line.words.colour);
    if (!colour) return std::expected<ExitCode, std::string>(std::unexpected(colour.error()));
    line.words.show.colour = *colour;
    end_on_interrupts();
    return action();
  });
  add_socket(command, line.words);
  return command;
}

// One that shows something, too.
CLI::App& add_showing_command(CommandLine& line, const char* name, const char* about, const char* footer,
                              Action action) {
  CLI::App& command = add_daemon_command(line, name, about, footer, std::move(action));
  command.add_flag("--json", line.words.show.json, "Write JSON instead of text");
  add_colour(command, line.words.colour);
  return command;
}

void add_job_argument(CLI::App& command, Words& words) {
  command.add_option("JOB", words.job, "Its id, or where that begins or ends")->type_name("")->required();
}

void add_probe(CommandLine& line) {
  ProbeWords& words = line.words.probe;
  CLI::App& probe = add_command(line, line.app, "probe", kProbeAbout, kProbeFooter, [&words] {
    const auto options = check(words);
    if (!options) return std::expected<ExitCode, std::string>(std::unexpected(options.error()));
    return std::expected<ExitCode, std::string>(run_probe(*options));
  });
  probe.add_flag("--json", words.json, "Write JSON instead of text");
  probe.add_flag("--measure", words.measure, "Also test and measure each OpenCL device (2 s) and the host");
  // An optional that CLI11 fills only when the option is there.
  probe.add_option("--watch", words.watch, "Show live sensors every SECONDS (1), until Ctrl-C")
      ->expected(0, 1)
      ->type_name("[SECONDS]");
  probe.add_option("--parts", words.parts, "Only these: identity,topology,pci,opencl,sensors")->type_name("PART,...");
  probe.add_option("--record", words.record, "Also write what the probe saw to FILE")->type_name("FILE");
  probe.add_option("--replay", words.replay, "Show the machine recorded in FILE")->type_name("FILE");
  probe.add_option("--root", words.root, "Read proc/, sys/, etc/ below DIR, load no drivers")->type_name("DIR");
  probe.add_option("--driver-deadline", words.driver_deadline, "Time for each OpenCL driver to answer (10)")
      ->type_name("SECONDS");
  add_colour(probe, words.colour);
}

void add_verify(CommandLine& line) {
  VerifyOptions& options = line.words.verify;
  CLI::App& verify = add_command(line, line.app, "verify", kVerifyAbout, kVerifyFooter,
                                 [&options]() -> std::expected<ExitCode, std::string> {
                                   if (options.files.empty()) return std::unexpected("verify: name at least one FILE");
                                   return run_verify(options);
                                 });
  verify.add_flag("--json", options.json, "Write JSON instead of text");
  verify.add_option("FILE", options.files, "Exported trails")->type_name("");
}

void add_market_commands(CommandLine& line) {
  Words& words = line.words;
  add_showing_command(line, "status", kStatusAbout, kShownFooter, [&words] { return run_status(words.show); });
  add_showing_command(line, "peers", kPeersAbout, kShownFooter, [&words] { return run_peers(words.show); });
  CLI::App& offers = add_showing_command(line, "offers", kOffersAbout, kShownFooter,
                                         [&words]() -> std::expected<ExitCode, std::string> {
                                           if (const auto checked = check(words.offers); !checked)
                                             return std::unexpected(checked.error());
                                           return run_offers(words.show, words.offers);
                                         });
  offers.add_option("--provider", words.offers.provider, "Only of this peer: its id, or where that begins or ends")
      ->type_name("PEER");
  offers.add_option("--type", words.offers.type, "Only devices of this type")->type_name("cpu|gpu|accelerator");
  CLI::App& quote = add_showing_command(line, "quote", kQuoteAbout, kQuoteFooter,
                                        [&words] { return run_quote(words.show, words.submit.manifest); });
  quote.add_option("MANIFEST", words.submit.manifest, "The job: job.json (docs/job.md)")->type_name("")->required();
}

void add_pause(CommandLine& line) {
  Words& words = line.words;
  CLI::App& pause =
      add_showing_command(line, "pause", kPauseAbout, kPauseFooter, [&words]() -> std::expected<ExitCode, std::string> {
        if (words.length.empty()) return run_pause(words.show, std::nullopt, words.device);
        const auto length = parse_length(words.length);
        if (!length) return std::unexpected("--for " + length.error());
        return run_pause(words.show, *length, words.device);
      });
  pause.add_option("--for", words.length, "Then go on by itself: 90s, 30m, 3h, 2d")->type_name("LENGTH");
  CLI::App& resume = add_showing_command(line, "resume", kResumeAbout, kShownFooter,
                                         [&words] { return run_resume(words.show, words.device); });
  for (CLI::App* command : {&pause, &resume}) {
    command->add_option("--device", words.device, "Only this one: its id, or where that begins or ends")
        ->type_name("DEVICE");
  }
}

void add_submit_options(CLI::App& command, SubmitWords& words) {
  command.add_option("MANIFEST", words.manifest, "The job: job.json (docs/job.md)")->type_name("")->required();
  command.add_option("--max-price", words.max_price, "Pay at most this for the whole job")->type_name("CREDITS");
  std::string strategies;
  for (const std::string_view name : kStrategyNames) strategies += (strategies.empty() ? "" : "|") + std::string(name);
  command.add_option("--strategy", words.strategy, "How providers are chosen")->type_name(strategies);
  command.add_option("--exclude", words.exclude, "Not on this peer; may be given again")
      ->type_name("PEER")
      ->allow_extra_args(false);
  command.add_option("--only", words.only, "On this peer only; may be given again")
      ->type_name("PEER")
      ->allow_extra_args(false);
}

void add_run(CommandLine& line) {
  Words& words = line.words;
  CLI::App& run = add_showing_command(line, "run", kRunAbout, kRunFooter, [&words] {
    auto submit = check(words.submit);
    if (!submit) return std::expected<ExitCode, std::string>(std::unexpected(submit.error()));
    words.run.submit = *std::move(submit);
    words.run.folder = words.folder;
    words.run.force = words.force;
    return std::expected<ExitCode, std::string>(run_job(words.show, words.run));
  });
  add_submit_options(run, words.submit);
  named(run.add_option("-o,--output", words.folder, "Write the outputs below DIR")).type_name("DIR");
  named(run.add_option("--trails", words.run.trails, "Write the paper trails below DIR")).type_name("DIR");
  named(run.add_option("--log", words.run.log_file, "Write the job's log to FILE")).type_name("FILE");
  run.add_flag("--force", words.force, "Replace files that are there");
  CLI::App& submit = add_showing_command(line, "submit", kSubmitAbout, kSubmitFooter, [&words] {
    const auto options = check(words.submit);
    if (!options) return std::expected<ExitCode, std::string>(std::unexpected(options.error()));
    return std::expected<ExitCode, std::string>(run_submit(words.show, *options));
  });
  add_submit_options(submit, words.submit);
}

void add_job_commands(CommandLine& line) {
  Words& words = line.words;
  CLI::App& jobs = add_showing_command(line, "jobs", kJobsAbout, kShownFooter,
                                       [&words] { return run_jobs(words.show, words.limit); });
  add_limit(jobs, words, "At most so many of the newest");
  CLI::App& job = add_showing_command(line, "job", kJobAbout, kShownFooter,
                                      [&words] { return run_job_detail(words.show, words.job); });
  add_job_argument(job, words);
  CLI::App& logs = add_daemon_command(line, "logs", kLogsAbout, kLogsFooter,
                                      [&words] { return run_logs(words.show.daemon, words.job, words.follow); });
  add_job_argument(logs, words);
  logs.add_flag("-f,--follow", words.follow, "Until the job has ended");
  CLI::App& cancel = add_showing_command(line, "cancel", kCancelAbout, kShownFooter,
                                         [&words] { return run_cancel(words.show, words.job); });
  add_job_argument(cancel, words);
  CLI::App& outputs = add_showing_command(line, "outputs", kOutputsAbout, kOutputsFooter, [&words] {
    return run_outputs(words.show, words.job, words.folder, words.force);
  });
  add_job_argument(outputs, words);
  named(outputs.add_option("-o,--output", words.folder, "Write them below DIR")).type_name("DIR")->required();
  outputs.add_flag("--force", words.force, "Replace files that are there");
  CLI::App& receipt = add_showing_command(line, "receipt", kReceiptAbout, kReceiptFooter, [&words] {
    return run_receipt(words.show, words.job, words.folder, words.force);
  });
  add_job_argument(receipt, words);
  named(receipt.add_option("-o,--output", words.folder, "Write the paper trails below DIR")).type_name("DIR");
  receipt.add_flag("--force", words.force, "Replace files that are there");
}

void add_ledger(CommandLine& line) {
  Words& words = line.words;
  CLI::App& ledger = add_showing_command(
      line, "ledger", kLedgerAbout, kShownFooter, [&words]() -> std::expected<ExitCode, std::string> {
        if (words.limit && !words.entries) return std::unexpected("--limit is of entries: add --entries");
        return words.entries ? run_ledger_entries(words.show, words.limit) : run_ledger(words.show);
      });
  ledger.add_flag("--entries", words.entries, "Its newest entries instead of the balances");
  add_limit(ledger, words, "At most so many entries (50)");
  CLI::App& exported = add_command(line, ledger, "export", kExportAbout, kShownFooter, [&words] {
    words.ledger.daemon = words.show.daemon;
    words.ledger.force = words.force;
    if (words.ledger.format != "csv" && words.ledger.format != "json") {
      return std::expected<ExitCode, std::string>(
          std::unexpected("--format " + visible(words.ledger.format) + ": must be csv or json"));
    }
    return std::expected<ExitCode, std::string>(run_ledger_export(words.ledger));
  });
  add_socket(exported, words);
  exported.add_option("--format", words.ledger.format, "How (csv)")->type_name("csv|json");
  named(exported.add_option("-o,--output", words.ledger.file, "Write to FILE")).type_name("FILE");
  exported.add_flag("--force", words.force, "Replace a file that is there");
}

// What an option or argument takes, by the name of its type, or by its own.
OptionText text_of(const CLI::Option& option) {
  OptionText text{.about = option.get_description()};
  for (const std::string& name : option.get_snames()) text.names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  const std::string type = option.get_type_name();
  const std::string& what = text.names.empty() && type.empty() ? option.get_name() : type;
  if (option.get_items_expected_max() == 0)
    text.kind = ValueKind::none;
  else if (what.contains('|'))
    text.kind = ValueKind::choice;
  else if (what == "DIR")
    text.kind = ValueKind::folder;
  else
    text.kind = what == "FILE" || what == "PATH" || what == "MANIFEST" ? ValueKind::file : ValueKind::word;
  if (text.kind == ValueKind::choice) {
    for (const std::string_view choice : hwprobe::split(what, '|')) text.choices.emplace_back(choice);
  }
  return text;
}

CommandText text_of(const CLI::App& app) {
  CommandText text{.name = app.get_name(), .about = app.get_description()};
  for (const CLI::Option* option : app.get_options())
    (option->get_positional() ? text.arguments : text.options).push_back(text_of(*option));
  for (const CLI::App* command : app.get_subcommands(nullptr)) text.commands.push_back(text_of(*command));
  return text;
}

void add_completion(CommandLine& line) {
  CLI::App& completion = add_command(
      line, line.app, "completion", kCompletionAbout, kCompletionFooter,
      [&line]() -> std::expected<ExitCode, std::string> {
        const auto script = completion_script(line.words.shell, text_of(line.app));
        if (!script)
          return std::unexpected("no shell \"" + visible(line.words.shell) + "\"; there are: bash, zsh, fish");
        return print(*script);
      });
  completion.add_option("SHELL", line.words.shell, "For which shell")->type_name("bash|zsh|fish")->required();
}

// The command that was given, the innermost; nullptr when none was.
const CLI::App* command_of(const CLI::App& app) {
  const CLI::App* command = nullptr;
  for (auto given = app.get_subcommands(); !given.empty(); given = command->get_subcommands()) command = given.front();
  return command;
}

// "ledger export"
std::string path_of(const CLI::App* command) {
  std::string path;
  for (; command != nullptr && command->get_parent() != nullptr; command = command->get_parent())
    path = command->get_name() + (path.empty() ? "" : ' ' + path);
  return path;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

std::string listed_commands(const CLI::App& app) {
  std::string list;
  for (const std::string& name : command_names(app)) list += (list.empty() ? "" : ", ") + name;
  return list;
}

int usage_error(const std::string& text, const std::string& command) {
  complain(text + "\nTry: quern" + (command.empty() ? "" : " " + command) + " --help");
  return static_cast<int>(ExitCode::usage);
}

// Whether a command has this option, with a value behind it or not.
bool is_of_a_command(const CLI::App& app, const std::string& option) {
  const std::string name = option.substr(0, option.find('='));
  return std::ranges::any_of(app.get_subcommands(nullptr),
                             [&](const CLI::App* command) { return command->get_option_no_throw(name) != nullptr; });
}

// What to say to words that the parser did not expect.
std::string unexpected_text(const CLI::App& app) {
  const CLI::App* command = command_of(app);
  while (command != nullptr && command->remaining().empty()) command = command->get_parent();
  if (command == &app) command = nullptr;  // the words stand before the command
  const CLI::App& scope = command != nullptr ? *command : app;
  const std::vector<std::string> rest = scope.remaining();
  const std::string word = rest.empty() ? "" : rest.front();
  const bool is_option = word.starts_with('-');
  if (command == nullptr && is_option && is_of_a_command(app, word))
    return "the option \"" + visible(word) + "\" stands behind its command: quern COMMAND " + visible(word);
  std::vector<std::string> known;
  if (is_option) {
    for (const CLI::Option* option : scope.get_options()) known.push_back("--" + option->get_single_name());
  } else {
    known = command_names(scope);
  }
  const std::string_view near = nearest(word, known);
  std::string text = is_option            ? "there is no option \""
                     : command != nullptr ? path_of(command) + " takes no argument \""
                                          : "there is no command \"";
  text += visible(word) + '"';
  if (!near.empty())
    text += "; did you mean " + std::string(near) + '?';
  else if (command == nullptr && !is_option)
    text += "; the commands are: " + listed_commands(app);
  return text;
}

// What to say to an option that has too many values or too few.
std::string mismatch_text(const std::string& what) {
  const std::size_t repeated = what.find(": At Most 1 required");
  return repeated == std::string::npos ? what : what.substr(0, repeated) + " is there more than once: give it once";
}

int run_parsed(const CommandLine& line) {
  const CLI::App* command = command_of(line.app);
  if (command == nullptr) return usage_error("no command; the commands are: " + listed_commands(line.app), "");
  const auto code = line.actions.at(command)();
  return code ? static_cast<int>(*code) : usage_error(code.error(), path_of(command));
}

std::string help_text(const CLI::App& app) {
  const CLI::App* command = command_of(app);
  if (command == nullptr) return app.help();
  const std::string above = path_of(command->get_parent());
  return command->help("quern" + (above.empty() ? "" : ' ' + above));
}

int run(int argc, char** argv) {
  CommandLine line;
  line.app.set_version_flag("--version", std::string("quern ") + QUERN_VERSION, "Show the version");
  line.app.footer(kFooter);
  add_socket(line.app, line.words);
  add_market_commands(line);
  add_pause(line);
  add_run(line);
  add_job_commands(line);
  add_ledger(line);
  add_probe(line);
  add_verify(line);
  add_completion(line);
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForVersion& request) {
    return static_cast<int>(print(std::string(request.what()) + '\n'));
  } catch (const CLI::CallForHelp&) {
    return static_cast<int>(print(help_text(line.app)));
  } catch (const CLI::ExtrasError&) {
    return usage_error(unexpected_text(line.app), path_of(command_of(line.app)));
  } catch (const CLI::ArgumentMismatch& error) {
    return usage_error(visible(mismatch_text(error.what())), path_of(command_of(line.app)));
  } catch (const CLI::ParseError& error) {
    return usage_error(visible(error.what()), path_of(command_of(line.app)));
  }
  return run_parsed(line);
}

}  // namespace
}  // namespace quern::scheduler::cli

int main(int argc, char** argv) {
  try {
    return quern::scheduler::cli::run(argc, argv);
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fprintf(stderr, "quern: %s\n", error.what());
    return static_cast<int>(quern::scheduler::cli::ExitCode::failed);
  }
}
