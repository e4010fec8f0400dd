// quern-opencl-probe: loads one OpenCL driver (the one OCL_ICD_VENDORS names), asks or measures it, and answers on
// descriptor 3 as opencl_reply.hpp describes. Started by quern; a driver that hangs or crashes takes this program down
// and nothing else.
//
// usage: quern-opencl-probe PARENT_PID CPU_SECONDS list
//        quern-opencl-probe PARENT_PID CPU_SECONDS measure PLATFORM DEVICE
// exit status: 0 answered (a fault is an answer), 2 wrong usage or no parent, 4 the answer could not be written
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hwprobe/child_process.hpp"
#include "hwprobe/opencl_child_info.hpp"
#include "hwprobe/opencl_child_measure.hpp"
#include "hwprobe/opencl_reply.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kNoAnswer = 4;

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  ::setrlimit(resource, &value);  // lowering a limit is always allowed
}

// Dies with its parent, leaves no core file and burns no more processor time than it was given. False when the parent
// is gone already.
bool confine(pid_t parent, std::uint64_t cpu_seconds) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1);
  return ::getppid() == parent;
}

bool write_reply(std::string_view reply) {
  while (!reply.empty()) {
    const ssize_t written = ::write(kReplyDescriptor, reply.data(), reply.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    reply.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string answer_list() {
  const auto platforms = list_platforms();
  return platforms ? encode_platforms(*platforms) : encode_fault(platforms.error());
}

std::string answer_measure(std::size_t platform, std::size_t device) {
  const auto reply = measure_device(platform, device);
  return reply ? encode_measurement(*reply) : encode_fault(reply.error());
}

std::optional<std::string> answer(std::span<char*> request) {
  if (request.size() == 1 && std::string_view(request[0]) == "list") return answer_list();
  if (request.size() != 3 || std::string_view(request[0]) != "measure") return std::nullopt;
  const auto platform = parse_number<std::uint32_t>(request[1]);
  const auto device = parse_number<std::uint32_t>(request[2]);
  if (!platform || !device) return std::nullopt;
  return answer_measure(*platform, *device);
}

int run(std::span<char*> arguments) {
  const auto parent = arguments.size() < 4 ? std::nullopt : parse_number<pid_t>(arguments[1]);
  const auto cpu_seconds = arguments.size() < 4 ? std::nullopt : parse_number<std::uint32_t>(arguments[2]);
  if (!parent || !cpu_seconds || !confine(*parent, *cpu_seconds)) {
    std::fputs("quern-opencl-probe is started by quern; see the head of hwprobe/opencl_child.cpp\n", stderr);
    return kWrongUsage;
  }
  const auto reply = answer(arguments.subspan(3));
  if (!reply) return kWrongUsage;
  return write_reply(*reply) ? 0 : kNoAnswer;
}

}  // namespace
}  // namespace quern::hwprobe

int main(int argc, char** argv) {
  // Not by return: drivers' exit handlers hang and crash too, and nothing here needs them.
  ::_exit(quern::hwprobe::run({argv, static_cast<std::size_t>(argc)}));
}
