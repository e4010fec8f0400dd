#include "hwprobe/problems_once.hpp"

#include <utility>

namespace quern::hwprobe {

void ProblemsOnce::add_cause(std::string_view cause, std::string_view where, std::string what) {
  if (told_.size() > kProblemPlacesMax || told_.contains(cause)) return;
  told_.emplace(cause);
  if (told_.size() > kProblemPlacesMax) {
    out_.push_back({"sensors", "more than " + std::to_string(kProblemPlacesMax) +
                                   " places have problems: the rest is not listed"});
    return;
  }
  out_.push_back({std::string(where), std::move(what)});
}

}  // namespace quern::hwprobe
