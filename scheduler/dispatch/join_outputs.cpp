#include <string>
#include <utility>

#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::dispatch {

using agreement::OutputDigest;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

namespace {

// What a manifest may ask for, joined, is one blob.
static_assert(model::kFileBytesMax <= blobs::kBlobBytesMax);

}  // namespace

Why why_not_joined(const runtime::Error& error) {
  Reason reason = Reason::internal;  // what was fetched and checked is not there any more
  if (error == blobs::Errc::too_large || error == runtime::Errc::too_large) reason = Reason::output_size;
  if (error == blobs::Errc::store_full || error == runtime::Errc::no_space) reason = Reason::disk_full;
  return {reason, error.message()};
}

Task<Result<std::vector<OutputDigest>>> join_outputs(const model::Job& job, const DispatchEnd& end,
                                                     blobs::BlobStore& store) {
  for (std::size_t task = 0; task < end.tasks.size(); ++task) {
    const auto found = end.outputs.find(task);
    if (found != end.outputs.end() && found->second.size() == job.outputs.size()) continue;
    co_return runtime::fail(runtime::Errc::not_found, "outputs of task " + std::to_string(task));
  }
  if (end.tasks.size() == 1) co_return end.outputs.begin()->second;
  std::vector<OutputDigest> joined;
  joined.reserve(job.outputs.size());
  for (std::size_t i = 0; i < job.outputs.size(); ++i) {
    std::uint64_t bytes = 0;
    for (const auto& [task, outputs] : end.outputs) bytes += outputs[i].bytes;
    if (bytes > blobs::kBlobBytesMax) {
      co_return runtime::fail(blobs::Errc::too_large, job.outputs[i].path + " has " + std::to_string(bytes) +
                                                          " bytes, limit " + std::to_string(blobs::kBlobBytesMax));
    }
    Bytes content;
    content.reserve(static_cast<std::size_t>(bytes));
    for (const auto& [task, outputs] : end.outputs) {
      CO_TRY(const Bytes part, co_await store.read(outputs[i].digest));
      if (part.size() != outputs[i].bytes) co_return runtime::fail(blobs::Errc::corrupt, job.outputs[i].path);
      runtime::append(content, part);
    }
    CO_TRY(const auto digest, co_await store.add(std::move(content)));
    joined.push_back({.digest = digest, .bytes = bytes});
  }
  co_return joined;
}

}  // namespace quern::dispatch
