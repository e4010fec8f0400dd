// A worker's pipe holds any bytes, in any pieces: what is read from it is within its bounds and in order, and does not
// depend on the pieces; requests are read back as they were.
#include "scheduler/execution/worker_reports.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace {

using namespace quern;
using namespace quern::execution;

// The reports on two tasks, until the first error.
std::vector<WorkerReport> reports_in(runtime::ByteView bytes, std::size_t piece) {
  const model::Shard shard{.outputs = {{"out", "b", 0, 4}}};
  ReportReader reader;
  std::vector<WorkerReport> reports;
  int tasks = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.add(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    while (true) {
      if (!reader.is_under_way() && tasks < 2) {
        reader.expect(shard, {.log_bytes = 64});
        ++tasks;
      }
      const auto report = reader.next();
      if (!report) return reports;
      if (!*report) break;
      reports.push_back(**report);
    }
  }
  return reports;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto whole = reports_in(bytes, std::max<std::size_t>(size, 1));
  if (whole != reports_in(bytes, 3)) std::abort();
  for (const WorkerReport& report : whole) {
    MessageCutter cutter(kWorkerReportBytesMax);
    cutter.add(encode_report(report));
    const auto message = cutter.next();
    if (!message || !*message) std::abort();
    const auto again = decode_report(**message);
    if (!again || *again != report) std::abort();
  }
  RequestReader requests;
  requests.add(bytes);
  while (true) {
    const auto request = requests.next();
    if (!request || !*request) break;
    RequestReader again;
    again.add(encode_request(**request));
    const auto same = again.next();
    if (!same || !*same || **same != **request) std::abort();
  }
  return 0;
}
