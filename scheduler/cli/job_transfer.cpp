#include "scheduler/cli/job_transfer.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <boost/json/array.hpp>

#include "scheduler/cli/base64.hpp"
#include "scheduler/cli/content_digest.hpp"
#include "scheduler/cli/new_file.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/model/job_path.hpp"

namespace quern::scheduler::cli {

namespace fs = std::filesystem;
namespace json = boost::json;
using runtime::Task;

namespace {

struct MissingAnswer {
  std::vector<std::pair<std::string, std::uint64_t>> missing;  // digest, bytes that are there
};
void read_fields(const Fields& fields, MissingAnswer& answer) {
  for (const Fields& each : fields.objects("missing"))
    answer.missing.emplace_back(each.field<std::string>("digest"), each.field<std::uint64_t>("bytes_here"));
}

// Bytes that a method gave.
struct Content {
  std::string bytes;
  std::uint64_t size = 0;  // of the whole
};
void read_fields(const Fields& fields, Content& answer) {
  auto bytes = from_base64(fields.field<std::string>("content"));
  if (!bytes) fields.refuse("content", "is not base64");
  answer = {.bytes = bytes ? *std::move(bytes) : "", .size = fields.field<std::uint64_t>("size")};
}

struct LogContent {
  std::string bytes;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
  std::uint64_t dropped = 0;  // bytes behind the end that were not kept
  bool complete = false;
};
void read_fields(const Fields& fields, LogContent& answer) {
  auto bytes = from_base64(fields.field<std::string>("content"));
  if (!bytes) fields.refuse("content", "is not base64");
  answer = {.bytes = bytes ? *std::move(bytes) : "",
            .offset = fields.field<std::uint64_t>("offset"),
            .end = fields.field<std::uint64_t>("end"),
            .dropped = fields.field<std::optional<std::uint64_t>>("dropped_bytes").value_or(0),
            .complete = fields.field<bool>("complete")};
  if (answer.offset > answer.end || answer.bytes.size() > answer.end - answer.offset)
    fields.refuse("end", "is before the end of what is given");
}

Task<Outcome<void>> upload(Daemon& daemon, const fs::path& file, const model::Input& input, std::uint64_t from,
                           const TransferReport& report) {
  auto reader = InputReader::open(file);
  if (!reader) co_return trouble(ExitCode::failed, reader.error());
  std::uint64_t done = std::min(from, input.bytes);
  do {
    auto piece = reader->read(done);
    if (!piece) co_return trouble(ExitCode::failed, piece.error());
    if (piece->empty() && done < input.bytes)
      co_return trouble(ExitCode::failed, visible(file.string()) + ": has become shorter meanwhile");
    piece->resize(std::min<std::uint64_t>(piece->size(), input.bytes - done));
    const std::uint64_t next = done + piece->size();
    CO_CHECK(co_await daemon.call("blob.put", {{"digest", hex(input.digest)},
                                               {"offset", done},
                                               {"content", to_base64(*piece)},
                                               {"last", next == input.bytes}}));
    done = next;
    report(input.path, done, input.bytes);
  } while (done < input.bytes);
  co_return Outcome<void>();
}

Task<Outcome<void>> download(Daemon& daemon, const OutputAnswer& output, const fs::path& target, bool overwrite) {
  auto file = NewFile::create(target);
  if (!file) co_return trouble(ExitCode::failed, file.error());
  ContentDigest digest;
  std::uint64_t done = 0;
  while (done < output.bytes) {
    CO_TRY(const Content content,
           co_await daemon.ask<Content>("blob.get",
                                        {{"digest", output.digest}, {"offset", done}, {"bytes_max", kPieceBytes}}));
    const bool fits =
        content.size == output.bytes && !content.bytes.empty() && content.bytes.size() <= output.bytes - done;
    if (!fits) {
      co_return std::unexpected(
          Daemon::unreadable("answer to blob.get", visible(output.path) + " is not of the size that was said"));
    }
    digest.add(content.bytes);
    done += content.bytes.size();
    if (const auto written = file->write(content.bytes); !written) co_return trouble(ExitCode::failed, written.error());
  }
  if (hex(digest.finish()) != output.digest)
    co_return trouble(ExitCode::failed,
                      visible(output.path) + ": what came is not what its digest says; fetch it again");
  if (const auto kept = file->keep(overwrite); !kept) co_return trouble(ExitCode::failed, kept.error());
  co_return Outcome<void>();
}

}  // namespace

Task<Outcome<void>> upload_inputs(Daemon& daemon, const LocalJob& local, const TransferReport& report) {
  std::map<std::string, const model::Input*> inputs;  // the same bytes are sent once
  for (const model::Input& input : local.job.inputs) inputs.emplace(hex(input.digest), &input);
  json::array digests;
  digests.reserve(inputs.size());
  for (const auto& [digest, input] : inputs) digests.emplace_back(digest);
  CO_TRY(const MissingAnswer missing,
         co_await daemon.ask<MissingAnswer>("blob.missing", {{"digests", std::move(digests)}}));
  for (const auto& [digest, bytes_here] : missing.missing) {
    const auto found = inputs.find(digest);
    if (found == inputs.end())
      co_return std::unexpected(Daemon::unreadable("answer to blob.missing", "it names what was not asked for"));
    CO_CHECK(co_await upload(daemon, local.folder / found->second->path, *found->second, bytes_here, report));
  }
  co_return Outcome<void>();
}

Outcome<void> check_free(const fs::path& folder, const std::vector<std::string>& paths, bool overwrite) {
  std::error_code ignored;
  for (const std::string& path : paths) {
    const fs::path target = folder / path;
    const fs::file_status there = fs::symlink_status(target, ignored);
    if (fs::is_directory(there)) return trouble(ExitCode::failed, visible(target.string()) + ": is a folder");
    if (!overwrite && fs::exists(there)) return trouble(ExitCode::failed, exists_text(target));
    if (auto tried = try_new_file(target); !tried) return trouble(ExitCode::failed, std::move(tried).error());
  }
  return {};
}

Task<Outcome<std::vector<std::string>>> download_outputs(Daemon& daemon, const JobDetail& detail,
                                                         const fs::path& folder, bool overwrite) {
  std::vector<std::string> files;
  for (const OutputAnswer& output : detail.outputs) {
    const fs::path target = folder / output.path;
    CO_CHECK(co_await download(daemon, output, target, overwrite));
    files.push_back(target.string());
  }
  co_return files;
}

Task<Outcome<bool>> LogReader::advance() {
  for (;;) {
    CO_TRY(const LogContent content, co_await daemon_.ask<LogContent>(
                                         "job.log", {{"id", job_}, {"offset", offset_}, {"bytes_max", kPieceBytes}}));
    if (content.offset < offset_ || (content.bytes.empty() && content.offset < content.end))
      co_return std::unexpected(Daemon::unreadable("answer to job.log", "it does not go on where it should"));
    if (content.offset > offset_)
      sink_("[" + std::to_string(content.offset - offset_) + " bytes of the log are no longer there]\n");
    sink_(content.bytes);
    offset_ = content.offset + content.bytes.size();
    if (offset_ < content.end) continue;
    if (content.complete && content.dropped != 0)
      sink_("[" + std::to_string(content.dropped) + " bytes more were not kept]\n");
    co_return content.complete;
  }
}

void read_fields(const Fields& fields, TrailsAnswer& answer) {
  for (const Fields& each : fields.objects("trails")) {
    const Fields statement = each.object("statement");
    auto file = from_base64(each.field<std::string>("file"));
    if (!file) each.refuse("file", "is not base64");
    answer.trails.push_back({.task = each.field<std::uint64_t>("task"),
                             .attempt = each.field<std::uint64_t>("attempt"),
                             .provider = each.field<std::string>("provider"),
                             .tasks = each.field<std::optional<std::uint64_t>>("tasks"),
                             .file = file ? *std::move(file) : "",
                             .stage = statement.field<std::string>("stage"),
                             .amount = statement.field<model::Credits>("amount_micro"),
                             .end = statement.field<std::optional<std::string>>("end").value_or("")});
  }
  std::ranges::sort(answer.trails, {}, [](const TrailAnswer& trail) { return std::pair(trail.task, trail.attempt); });
}

Outcome<std::vector<std::string>> write_trails(const TrailsAnswer& answer, std::string_view job, const fs::path& folder,
                                               bool overwrite) {
  const bool names_a_file = !model::fault_of_path(job) && !job.contains('/');
  std::vector<std::string> files;
  for (const TrailAnswer& trail : answer.trails) {
    if (trail.file.empty()) continue;
    const fs::path target = folder / ((names_a_file ? std::string(job) : "job") + '-' + std::to_string(trail.task) +
                                      '-' + std::to_string(trail.attempt + 1) + ".trail");
    auto file = NewFile::create(target);
    if (!file) return trouble(ExitCode::failed, file.error());
    auto done = file->write(trail.file);
    if (done) done = file->keep(overwrite);
    if (!done) return trouble(ExitCode::failed, done.error());
    files.push_back(target.string());
  }
  return files;
}

}  // namespace quern::scheduler::cli
