// Two processes that talk over loopback, measured: the listening and the dialing side of a benchmark, with the
// processor time of each.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace quern::bench {

struct Outcome {
  double listener_cpu = 0;  // seconds, user and system, of the whole process
  double dialer_cpu = 0;
  std::vector<double> said;  // by the dialer, in order
};

// Tells the dialer where to go; the listener then serves until it is ended.
using Announce = std::function<void(const std::string& address)>;
using Say = std::function<void(double value)>;

// Forks both sides, waits for the dialer to return, ends the listener. Exits the program with a message when a side
// fails.
Outcome run_pair(const std::function<void(const Announce&)>& listener,
                 const std::function<void(const std::string& address, const Say&)>& dialer);

// From now on both sides of a pair share one processor: then neither pays for waking a sleeping one, which on a virtual
// machine costs more than what is measured. False: on all of them.
void share_one_processor(bool share);

// The program's only argument, a positive number, or `otherwise` without one. Anything else ends the program with
// `usage` and exit status 2.
int count_argument(int argc, char** argv, int otherwise, const char* usage);

// Processor time of the calling process so far, seconds.
double cpu_time();
// Seconds of a steady clock.
double steady_seconds();
double median(std::vector<double> values);

}  // namespace quern::bench
