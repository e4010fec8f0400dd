#include <algorithm>

#include <boost/json/value_to.hpp>

#include "overlay/multiformats/multibase.hpp"
#include "scheduler/daemon/methods.hpp"

namespace quern::daemon {

namespace json = boost::json;
using multiformats::Base;
using rpc::Answer;
using rpc::Caller;
using runtime::Task;

namespace {

constexpr runtime::Duration kUploadHeld = std::chrono::minutes(10);  // until the job that needs it is submitted
constexpr std::size_t kDigestsMax = model::kFilesMax;
constexpr std::size_t kHexBytes = 2 * sizeof(model::Digest);
constexpr std::size_t kBase64BytesMax = (kPieceBytesMax + 2) / 3 * 4;
constexpr std::string_view kExampleDigest = "1bdf3eb6b4bddd17d27cc8807f65ff0734ce4607318e2b3e48e6a4a55db47e31";

rpc::Schema digest_schema() {
  return rpc::described(rpc::text(kHexBytes), "SHA-256 as 64 hexadecimal digits");
}
rpc::Schema content_schema() {
  return rpc::described(rpc::text(kBase64BytesMax), "bytes as base64");
}

std::optional<model::Digest> digest_in(const json::object& params) {
  return digest_from_hex(json::value_to<std::string>(params.at("digest")));
}

std::unexpected<rpc::Failure> bad_digest() {
  return rpc::fail(rpc::Code::invalid_params, "digest: not 64 hexadecimal digits");
}

Answer missing(Node& node, const json::object& params) {
  json::array list;
  for (const json::value& text : params.at("digests").as_array()) {
    const auto digest = digest_from_hex(json::value_to<std::string>(text));
    if (!digest) return bad_digest();
    node.blobs().hold(*digest, kUploadHeld);
    if (node.blobs().has(*digest)) continue;
    list.push_back(json::object{{"digest", text}, {"bytes_here", node.blobs().part_size(*digest)}});
  }
  return json::object{{"missing", std::move(list)}};
}

std::unexpected<rpc::Failure> not_kept(const runtime::Error& error) {
  if (error != blobs::Errc::store_full) return std::unexpected(rpc::failure_of(error));
  return rpc::fail(rpc::Code::failed, error.message(),
                   "raise store.blob_bytes, or wait until jobs that need what is there have ended");
}

Task<Answer> put_piece(Node& node, json::object params, model::Digest digest) {
  auto& blobs = node.blobs();
  const auto here = blobs.size_of(digest).value_or(blobs.part_size(digest));
  if (blobs.has(digest)) co_return json::object{{"bytes_here", here}};
  if (const auto offset = params.at("offset").to_number<std::uint64_t>(); offset != here) {
    co_return rpc::fail(rpc::Code::failed, "offset: " + std::to_string(offset) + " is not " + std::to_string(here),
                        "go on from the byte that blob.missing names");
  }
  const json::string& text = params.at("content").as_string();  // the schema has bounded it
  auto content = multiformats::decode_base(Base::base64_pad, {text.data(), text.size()}, kBase64BytesMax);
  if (!content) co_return rpc::fail(rpc::Code::invalid_params, "content: " + content.error().message());
  if (here == 0 && params.at("last").as_bool()) {
    const auto bytes = content->size();
    if (blobs::digest_of(*content) != digest)
      co_return rpc::fail(rpc::Code::failed, "the bytes are not those of the digest");
    if (const auto added = co_await blobs.add(*std::move(content)); !added) {
      co_return not_kept(added.error());
    }
    co_return json::object{{"bytes_here", bytes}};
  }
  if (!content->empty()) {
    if (const auto added = co_await blobs.append_part(digest, *std::move(content)); !added) {
      co_return not_kept(added.error());
    }
  }
  if (params.at("last").as_bool()) {
    if (const auto whole = co_await blobs.finish_part(digest); !whole) {
      co_return std::unexpected(rpc::failure_of(whole.error()));
    }
    co_return json::object{{"bytes_here", blobs.size_of(digest).value_or(0)}};
  }
  co_return json::object{{"bytes_here", blobs.part_size(digest)}};
}

Task<Answer> put(Node& node, json::object params) {
  const auto digest = digest_in(params);
  if (!digest) co_return bad_digest();
  auto answer = co_await put_piece(node, std::move(params), *digest);
  node.blobs().hold(*digest, kUploadHeld);
  co_return answer;
}

Task<Answer> get(Node& node, json::object params) {
  const auto digest = digest_in(params);
  if (!digest) co_return bad_digest();
  const auto offset = params.at("offset").to_number<std::uint64_t>();
  const auto wanted = params.at("bytes_max").to_number<std::size_t>();
  const auto size = node.blobs().size_of(*digest);
  const auto piece = co_await node.blobs().read_piece(*digest, offset, wanted);
  const auto output = piece ? std::nullopt : node.jobs().output_of(*digest);
  if (output && !node.blobs().has(*digest)) {
    co_return rpc::fail(rpc::Code::failed,
                        output->output->path + " of job " + output->job->record.id + " is not kept any more",
                        "outputs make room for others: run the job again, fetch them earlier, or raise "
                        "store.keep_outputs_hours or store.blob_bytes");
  }
  if (!piece) co_return std::unexpected(rpc::failure_of(piece.error()));
  if (offset + piece->size() >= size.value_or(0)) node.jobs().fetched(*digest);
  co_return json::object{{"content", multiformats::encode_base(Base::base64_pad, *piece)}, {"size", size.value_or(0)}};
}

}  // namespace

void add_blob_methods(rpc::Registry& registry, Node& node) {
  registry.add({.name = "blob.missing",
                .summary = "Which of these files the node does not have, and how much of each",
                .params = {{"digests", "of files", rpc::list(digest_schema(), kDigestsMax)}},
                .result = rpc::object(
                    {{"missing", rpc::list(rpc::object({{"digest", digest_schema()}, {"bytes_here", rpc::integer(0)}}),
                                           kDigestsMax)}}),
                .example_params = {{"digests", json::array{kExampleDigest}}},
                .example_result = json::object{{"missing", json::array{}}},
                .handler = [&node](json::object params, Caller /*caller*/) -> Task<Answer> {
                  co_return missing(node, params);
                }});
  registry.add(
      {.name = "blob.put",
       .summary = "The next piece of a file; the last one checks the whole against its digest",
       .params = {{"digest", "of the whole file", digest_schema()},
                  {"offset", "where the piece begins: what blob.missing said, and then how many came", rpc::integer(0)},
                  {"content", "at most 2 MiB", content_schema()},
                  {"last", "whether the file ends here", rpc::boolean()}},
       .result = rpc::object({{"bytes_here", rpc::integer(0)}}),
       .example_params = {{"digest", kExampleDigest}, {"offset", 0}, {"content", "cXVlcm4="}, {"last", false}},
       .example_result = json::object{{"bytes_here", 5}},
       .handler = [&node](json::object params, Caller /*caller*/) { return put(node, std::move(params)); }});
  registry.add(
      {.name = "blob.get",
       .summary = "A piece of a file: inputs and outputs of jobs",
       .params = {{"digest", "of the file", digest_schema()},
                  {"offset", "where the piece begins", rpc::integer(0)},
                  {"bytes_max", "the most that is returned", rpc::integer(1, kPieceBytesMax)}},
       .result = rpc::object({{"content", content_schema()}, {"size", rpc::described(rpc::integer(0), "of the file")}}),
       .example_params = {{"digest", kExampleDigest}, {"offset", 0}, {"bytes_max", 65536}},
       .example_result = json::object{{"content", "cXVlcm4="}, {"size", 5}},
       .handler = [&node](json::object params, Caller /*caller*/) { return get(node, std::move(params)); }});
}

}  // namespace quern::daemon
