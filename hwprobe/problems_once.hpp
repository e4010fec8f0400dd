// Tells of each problem once, however often its cause is met: a sensor that is broken is broken in every sample.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

// Most places remembered by one Sampler. When they are used up one last problem says so, and later ones are not told: a
// tree that invents new broken files for ever must not grow our memory.
inline constexpr std::size_t kProblemPlacesMax = 1024;

// Passes problems on to `out`, at most one for each place (Problem::where) that `told` does not hold yet. Both outlive
// it; `told` is kept from sample to sample.
class ProblemsOnce {
 public:
  using Told = std::set<std::string, std::less<>>;
  ProblemsOnce(Told& told, std::vector<Problem>& out) : told_(told), out_(out) {}

  void add(std::string_view where, std::string what) { add_cause(where, where, std::move(what)); }
  // Like add, for several places with one cause: only the first place with this `cause` is named.
  void add_cause(std::string_view cause, std::string_view where, std::string what);

 private:
  Told& told_;
  std::vector<Problem>& out_;
};

}  // namespace quern::hwprobe
