// What the help of each command says. Data only; main.cpp puts it where it belongs.
#pragma once

namespace quern::scheduler::cli {

inline constexpr const char* kAbout = "quern: share and use GPU and CPU time, peer to peer";
inline constexpr const char* kFooter = R"(
quern COMMAND --help says more. All but probe, verify and completion talk with
quernd, which must run as this user; --socket names another one's socket.)";

inline constexpr const char* kProbeAbout = "Show what this machine has, how it is doing and how fast it is";
inline constexpr const char* kProbeFooter = R"(
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

inline constexpr const char* kVerifyAbout = "Check the paper trails of agreements, offline";
inline constexpr const char* kVerifyFooter = R"(
A paper trail is all that submitter and provider have signed about 1 to 64 tasks
of jobs: demand, bid, agreement, usage notes, vouchers, receipt. Every signature,
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

inline constexpr const char* kShownFooter = R"(
Exit status: 0 shown; 2 the command line makes no sense; 3 no daemon answers, or
standard output could not be written.)";

inline constexpr const char* kStatusAbout = "Show the node: peers, devices, sandbox, jobs, credits";
inline constexpr const char* kPauseAbout = "Offer nothing for a while; tasks that run here go on";
inline constexpr const char* kPauseFooter = R"(
The node withdraws its offer and refuses new tasks at once. It stays paused over
a restart of the daemon, until the time is over or quern resume.

Exit status: 0 paused; 2 the command line makes no sense; 3 no daemon answers, or
standard output could not be written.

Examples:
  quern pause --for 30m
  quern pause --device qd1-3f    one device, until quern resume)";
inline constexpr const char* kResumeAbout = "Offer again what was paused: everything, or one device";
inline constexpr const char* kPeersAbout = "List the peers that this node knows";
inline constexpr const char* kOffersAbout = "List the devices that are offered, the cheapest hour first";
inline constexpr const char* kJobsAbout = "List the jobs that were submitted here, the newest first";
inline constexpr const char* kJobAbout = "Show a job: its state, tasks, providers, costs";
inline constexpr const char* kLedgerAbout = "Show what is owed and owned, account by account";
inline constexpr const char* kExportAbout = "Write all postings as CSV or JSON";

inline constexpr const char* kQuoteAbout = "Show what a job would cost on every device";
inline constexpr const char* kQuoteFooter = R"(
A row for each device: the expected cost of this job there, likely, at least and
at most, how long it takes, and the price of an hour; or the one reason why the
device cannot do it and what would have to change. The cheapest comes first.

Exit status: 0 a device can do it; 2 the command line or the manifest makes no
sense; 3 no daemon answers, or a file could not be read; 5 no device can do it.)";

inline constexpr const char* kRunAbout = "Run a job: submit it, watch it, fetch what it makes";
inline constexpr const char* kRunFooter = R"(
Inputs are files beside the manifest; what the daemon has not is sent to it. The
log goes to standard error, or to the file that --log names. Ctrl-C cancels the
job and waits for its end; a second one leaves it to the daemon. Outputs are
checked against their digests. No file is replaced unless --force, by the log no
more than by an output; missing folders are made.

Exit status:
  0  the job has completed, and all is written
  1  the job has failed; its reason is shown
  2  the command line or the manifest makes no sense, or an input is another
  3  no daemon answers, or a file could not be read or written
  4  the job was canceled, or was left to the daemon
  5  no provider takes the job, or none at that price

Examples:
  quern run job.json -o results
  quern run job.json -o results --max-price 2.5 --strategy fastest
  quern run job.json -o results --trails trails && quern verify trails/*.trail)";

inline constexpr const char* kSubmitAbout = "Submit a job and print its id";
inline constexpr const char* kSubmitFooter = R"(
Exit status: 0 submitted; 2 the command line or the manifest makes no sense, or
an input is another; 3 no daemon answers, or a file could not be read; 5 refused.)";

inline constexpr const char* kLogsAbout = "Show the log of a job";
inline constexpr const char* kLogsFooter = R"(
A terminal gets lines with control characters made visible, a file or pipe gets
the bytes as they are.

Exit status: 0 shown; 2 no such job; 3 no daemon answers, or standard output
could not be written; 4 interrupted.)";

inline constexpr const char* kCancelAbout = "Cancel a job";
inline constexpr const char* kOutputsAbout = "Fetch the outputs of a job";
inline constexpr const char* kOutputsFooter = R"(
Exit status: 0 all are written; 1 the job has none (yet); 2 no such job; 3 no
daemon answers, or a file could not be written; 4 interrupted.)";

inline constexpr const char* kReceiptAbout = "Show the agreements behind a job, or write their paper trails";
inline constexpr const char* kReceiptFooter = R"(
With -o each trail becomes a file JOB-TASK-TRY.trail in DIR. Anybody can check
them: quern verify DIR/*.trail

Exit status: 0 done; 2 no such job; 3 no daemon answers, or a file could not be
written.)";

inline constexpr const char* kCompletionAbout = "Write a script that completes command lines of quern in a shell";
inline constexpr const char* kCompletionFooter = R"(
bash:  quern completion bash > ~/.local/share/bash-completion/completions/quern
zsh:   quern completion zsh > a folder of $fpath/_quern
fish:  quern completion fish > ~/.config/fish/completions/quern.fish)";

}  // namespace quern::scheduler::cli
