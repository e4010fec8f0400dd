// What has changed of a job since the last look, as lines for a log: "task 3: runs on ...4pX2kQ7a (Radeon)". Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scheduler/cli/job_answers.hpp"

namespace quern::scheduler::cli {

class ProgressLines {
 public:
  // Nothing for what was told already. Safe to print.
  std::vector<std::string> take(const JobDetail& detail);

 private:
  struct Told {
    std::size_t attempts = 0;  // how many tries were told of
    std::size_t ended = 0;     // of them, whose ends
    std::string waits_for;     // the reason that was told of a task that waits; empty: none
  };
  // Those that wait for another reason than was told, a line a reason.
  void take_waiting(const JobDetail& detail, std::vector<std::string>& lines);

  std::string state_;
  std::uint32_t tenths_ = 0;  // of the progress
  std::map<std::uint64_t, Told> tasks_;
};

}  // namespace quern::scheduler::cli
