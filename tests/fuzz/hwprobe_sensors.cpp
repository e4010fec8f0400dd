// The sensors take any tree: the input is a list of edits of a machine that has everything, with samples in between. No
// crash, no value outside its bounds, each problem told once.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/sensors.hpp"
#include "tests/hwprobe/sensor_invariants.hpp"
#include "tests/hwprobe/sensor_trees.hpp"

namespace hw = quern::hwprobe;

namespace {

// Between the edits, two more come last: enough to see files lost and looked for again. A sample costs more than all
// edits.
constexpr int kSamplesMax = 3;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  bool empty() const { return rest_.empty(); }
  std::string text(std::size_t length) {
    std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint8_t byte() { return empty() ? 0 : static_cast<std::uint8_t>(text(1)[0]); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (const char c : text(8)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }

 private:
  std::string_view rest_;
};

const hw::RecordedFiles& machine_with_everything() {
  static const hw::RecordedFiles kMachine = [] {
    hw::RecordedFiles files;
    hw::trees::add_proc(files);
    hw::trees::add_amd_card(files);
    hw::trees::add_i915_card(files);
    hw::trees::add_xe_card(files);
    hw::trees::add_nouveau_card(files);
    hw::trees::add_server_board(files);
    hw::trees::add_laptop_supplies(files);
    return files;
  }();
  return kMachine;
}

const std::vector<std::string>& known_paths() {
  static const std::vector<std::string> kPaths = [] {
    std::vector<std::string> paths;
    for (const auto& [path, content] : machine_with_everything().files()) paths.push_back(path);
    return paths;
  }();
  return kPaths;
}

void fail(const std::string& what) {
  std::fprintf(stderr, "broken invariant: %s\n", what.c_str());
  std::abort();
}

class Machine {
 public:
  Machine() {
    hw::Sources sources;
    sources.files = files_;
    sources.nvml_library.clear();
    sampler_ = std::make_unique<hw::Sampler>(sources);
  }

  void edit(Input& input) {
    const std::uint8_t kind = input.byte();
    const std::string& path = known_paths()[input.byte() % known_paths().size()];
    switch (kind % 8) {
      case 0:
        files_->add_file(path, input.text(input.byte()));
        break;
      case 1:
        files_->add_file(path, std::to_string(input.number()));
        break;
      case 2:
        files_->add_file(path, std::to_string(static_cast<std::int64_t>(input.number()) >> (input.byte() % 64)));
        break;
      case 3:
        files_->add_error(path, static_cast<hw::FileError>(input.byte() % 4));
        break;
      case 4:
        files_->add_link(path.substr(0, path.rfind('/')), input.text(input.byte() % 64));
        break;
      // A further file beside a known one.
      case 5:
        files_->add_file(path.substr(0, path.rfind('/') + 1) + input.text(input.byte() % 32),
                         input.text(input.byte() % 32));
        break;
      case 6:
        now_ = std::chrono::nanoseconds(static_cast<std::int64_t>(input.number()) >> (input.byte() % 64));
        break;
      default:
        sample();
        break;
    }
  }

  void sample() {
    if (samples_ == kSamplesMax) return;
    ++samples_;
    const hw::Sample sample = sampler_->sample(now_, problems_);
    if (const std::string what = hw::implausible(sample); !what.empty()) fail(what);
    now_ =
        std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<std::uint64_t>(now_.count()) + 1'000'000'000));
  }

  void finish() {
    samples_ = 0;
    sample();
    sample();
    if (problems_.size() > hw::kProblemPlacesMax + 1) fail("problem count");
    std::set<std::pair<std::string, std::string>> told;
    for (const auto& [where, what] : problems_) {
      if (!told.emplace(where, what).second) fail("told twice: " + where);
    }
  }

 private:
  std::shared_ptr<hw::RecordedFiles> files_ = std::make_shared<hw::RecordedFiles>(machine_with_everything());
  std::unique_ptr<hw::Sampler> sampler_;
  std::vector<hw::Problem> problems_;
  std::chrono::nanoseconds now_{1};
  int samples_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Machine machine;
  while (!input.empty()) machine.edit(input);
  machine.finish();
  return 0;
}
