// The program `quern`. The only file that includes CLI11, which takes longer to compile than all the rest of the
// command line.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "scheduler/cli/page.hpp"
#include "scheduler/cli/probe_command.hpp"
#include "scheduler/cli/verify_command.hpp"

namespace quern::scheduler::cli {
namespace {

constexpr const char* kAbout = "quern: share and use GPU and CPU time, peer to peer";

constexpr const char* kProbeAbout = "Show what this machine has, how it is doing and how fast it is";

constexpr const char* kProbeFooter = R"(
Shows processor, memory, PCI devices, OpenCL drivers and devices, live sensors,
and with --measure speeds. Each OpenCL driver is loaded in a process of its own:
one that hangs or crashes is reported by name and stops nothing else.

Recordings hold what the probe read, for bug reports and tests. The machine id,
network addresses, serial numbers and UUIDs are replaced by placeholders; file
names, driver names and readings are not. Look through the file before you pass
it on: it is text, a line a file.

Exit status:
  0  all that was asked for is in the report
  1  something that was asked for is missing: a driver that hung or crashed, a
     device that failed its self-test; standard error names it
  2  the command line makes no sense
  3  a file or standard output could not be read or written

Examples:
  quern probe                        everything but the measurements
  quern probe --json | jq .opencl    as JSON (docs/probe.schema.json)
  quern probe --measure              with GFLOP/s and GB/s of each device
  quern probe --watch 0.5            sensors live, twice a second
  quern probe --record machine.json  the report, and what it was made from)";

constexpr const char* kVerifyAbout = "Check the paper trails of agreements, offline";

constexpr const char* kVerifyFooter = R"(
A paper trail is all that submitter and provider have signed about one shard of
a job: demand, bid, agreement, usage notes, vouchers, receipt. Every signature,
every link and every amount is checked anew; no daemon and no network is needed.
A trail that holds states who owes whom how much for what. One that does not is
shown with its first fault and where it is.

Exit status:
  0  all files hold
  1  a file does not hold
  2  the command line makes no sense
  3  a file or standard output could not be read or written; the others hold

Examples:
  quern verify job.trail
  quern verify --json *.trail | jq '[.[].statement.amount] | add'   micro-credits)";

int usage_error(const std::string& text, const std::string& command) {
  complain(text + "\nTry: quern" + (command.empty() ? "" : " " + command) + " --help");
  return static_cast<int>(ExitCode::usage);
}

void add_probe_options(CLI::App& probe, ProbeWords& words) {
  probe.footer(kProbeFooter);
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
  probe.add_option("--color", words.colour, "Colours; auto heeds terminal and NO_COLOR")
      ->type_name("auto|always|never");
}

void add_verify_options(CLI::App& verify, VerifyOptions& options) {
  verify.footer(kVerifyFooter);
  verify.add_flag("--json", options.json, "Write JSON instead of text");
  verify.add_option("FILE", options.files, "Exported trails")->type_name("");
}

// The command that was given; nullptr when none was.
const CLI::App* command_of(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? nullptr : given.front();
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

// What to say to words that the parser did not expect.
std::string unexpected_text(const CLI::App& app) {
  const CLI::App* command = command_of(app);
  const std::vector<std::string> rest = (command != nullptr ? *command : app).remaining();
  const std::string word = rest.empty() ? "" : rest.front();
  const bool is_option = word.starts_with('-');
  std::vector<std::string> known;
  if (is_option) {
    for (const CLI::Option* option : (command != nullptr ? *command : app).get_options())
      known.push_back("--" + option->get_single_name());
  } else if (command == nullptr) {
    known = command_names(app);
  }
  const std::string_view near = nearest(word, known);
  std::string text = is_option            ? "there is no option \""
                     : command != nullptr ? command->get_name() + " takes no argument \""
                                          : "there is no command \"";
  text += visible(word) + '"';
  if (!near.empty())
    text += "; did you mean " + std::string(near) + '?';
  else if (command == nullptr && !is_option)
    text += "; the commands are: " + listed_commands(app);
  return text;
}

int run_parsed(const CLI::App& app, const ProbeWords& probe, const VerifyOptions& verify) {
  const CLI::App* command = command_of(app);
  if (command == nullptr) return usage_error("no command; the commands are: " + listed_commands(app), "");
  if (command->get_name() == "verify") {
    if (verify.files.empty()) return usage_error("verify: name at least one FILE", "verify");
    return static_cast<int>(run_verify(verify));
  }
  const auto options = check(probe);
  if (!options) return usage_error(options.error(), "probe");
  return static_cast<int>(run_probe(*options));
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "quern");
  app.set_version_flag("--version", std::string("quern ") + QUERN_VERSION, "Show the version");
  ProbeWords probe;
  add_probe_options(*app.add_subcommand("probe", kProbeAbout), probe);
  VerifyOptions verify;
  add_verify_options(*app.add_subcommand("verify", kVerifyAbout), verify);
  const auto command_name = [&app] { return command_of(app) == nullptr ? "" : command_of(app)->get_name(); };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& request) {
    return static_cast<int>(print(std::string(request.what()) + '\n'));
  } catch (const CLI::CallForHelp&) {
    return static_cast<int>(print(command_of(app) == nullptr ? app.help() : command_of(app)->help("quern")));
  } catch (const CLI::ExtrasError&) {
    return usage_error(unexpected_text(app), command_name());
  } catch (const CLI::ParseError& error) {
    return usage_error(visible(error.what()), command_name());
  }
  return run_parsed(app, probe, verify);
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
