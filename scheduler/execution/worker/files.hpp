// Inputs that are files, and outputs, hashed while they are moved.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "scheduler/execution/worker/outcome.hpp"
#include "scheduler/execution/worker_messages.hpp"
#include "scheduler/model/job.hpp"

namespace quern::worker {

inline constexpr std::size_t kPieceBytes = 4 << 20;  // moved at a time

// Reads a whole input, piece by piece, into `take`, which gets each piece and where it begins. input_missing, or
// input_corrupt where size or digest are not those of the job: then all pieces have been taken already.
Outcome<void> read_input(const std::string& folder, const model::Input& input,
                         const std::function<Outcome<void>(std::span<const std::byte>, std::uint64_t)>& take);

// Fills a piece of an output, which begins where the second argument says.
using GiveOutput = std::function<Outcome<void>(std::span<std::byte>, std::uint64_t)>;

// An output that is reported whole.
Outcome<execution::WorkerOutput> report_output(const std::string& path, std::uint64_t bytes, const GiveOutput& give);

// An output of `bytes` bytes that `give` fills and `send` takes, piece by piece.
using SendOutput = std::function<void(std::span<const std::byte>)>;
Outcome<execution::WorkerOutput> send_output(const std::string& path, std::uint64_t bytes, const GiveOutput& give,
                                             const SendOutput& send);

}  // namespace quern::worker
