#include "hwprobe/opencl.hpp"

#include <utility>

#include "hwprobe/opencl_driver.hpp"

namespace quern::hwprobe {

struct OpenclProbe::Impl {
  std::chrono::milliseconds deadline{};
  std::vector<IcdFile> icds;
  std::vector<OpenclDriver> drivers;  // one for each of `icds`
  std::vector<ChildProcess> children;
  std::vector<std::size_t> child_drivers;  // whose child it is, as an index into `drivers`

  void start(const Sources& sources, std::vector<Problem>& problems);
  void settle(std::size_t index, const ChildOutcome& outcome);
};

void OpenclProbe::Impl::start(const Sources& sources, std::vector<Problem>& problems) {
  deadline = sources.driver_deadline;
  icds = find_icd_files(sources, problems);
  bool told = false;
  for (const IcdFile& icd : icds) {
    OpenclDriver& driver = drivers.emplace_back();
    driver.name = icd.name;
    driver.library = icd.library;
    if (!icd.fault.empty()) {
      driver.status = DriverStatus::failed;
      driver.detail = icd.name + " names no library (" + icd.fault + "): reinstall its package, or remove it";
      continue;
    }
    auto child = start_driver_child(sources, icd, {"list"});
    if (!child) {
      driver.status = DriverStatus::failed;
      driver.detail = "was not asked: " + child.error();
      // Every other driver will meet the same; one problem says it.
      if (!std::exchange(told, true)) problems.push_back({"opencl", child.error() + "; OpenCL devices are not listed"});
      continue;
    }
    children.push_back(std::move(*child));
    child_drivers.push_back(drivers.size() - 1);
  }
}

void OpenclProbe::Impl::settle(std::size_t index, const ChildOutcome& outcome) {
  OpenclDriver& driver = drivers[index];
  driver.elapsed_ms = static_cast<std::uint32_t>(outcome.elapsed.count());
  const auto judge = [&](const DriverVerdict& verdict) {
    driver.status = verdict.status;
    driver.detail = verdict.detail;
  };
  const auto reply = reply_of(icds[index], outcome, deadline);
  if (!reply) return judge(reply.error());
  auto platforms = decode_platforms(*reply);
  if (!platforms) return judge(verdict_of(icds[index], platforms.error()));
  driver.platforms = std::move(*platforms);
}

OpenclProbe::OpenclProbe(const Sources& sources, std::vector<Problem>& problems) : impl_(std::make_unique<Impl>()) {
  impl_->start(sources, problems);
}

OpenclProbe::~OpenclProbe() {
  wait_for_children(std::move(impl_->children),
                    std::chrono::milliseconds(0));  // kills all of them before it waits for any
}

std::vector<OpenclDriver> OpenclProbe::finish() {
  const std::vector<ChildOutcome> outcomes = wait_for_children(std::move(impl_->children), impl_->deadline);
  impl_->children.clear();
  for (std::size_t i = 0; i < outcomes.size(); ++i) impl_->settle(impl_->child_drivers[i], outcomes[i]);
  return std::move(impl_->drivers);
}

}  // namespace quern::hwprobe
