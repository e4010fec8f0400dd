#include "scheduler/blobs/blob_exchange.hpp"

#include <algorithm>
#include <utility>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "scheduler/blobs/blob.pb.h"

namespace quern::blobs {

using connection::PeerStream;
using connection::PeerStreamPtr;
using identity::PeerId;
using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

namespace {

constexpr std::size_t kMessageBytesMax = 256;
constexpr std::size_t kPieceBytes = 256 << 10;

template <class Message>
Task<Result<void>> write(PeerStream& stream, const Message& message) {
  const std::string text = message.SerializeAsString();
  co_return co_await protocols::write_message(stream, runtime::bytes_of(text));
}

template <class Message>
Task<Result<Message>> read(PeerStream& stream) {
  CO_TRY(const Bytes bytes, co_await protocols::read_message(stream, kMessageBytesMax));
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    co_return fail(Errc::bad_message, "not a protobuf message");
  }
  co_return message;
}

Task<Result<std::size_t>> read_piece(Runtime& runtime, PeerStream& stream, std::span<std::byte> out) {
  CO_TRY(std::size_t size, stream.try_read(out));
  if (size == 0) {
    CO_TRY(size, co_await runtime::with_timeout(runtime.clock(), kStallMax, stream.read_some(out)));
  }
  co_return size;
}

// The bytes that follow the head, into the part; as many as it said.
Task<Result<void>> read_rest(Runtime& runtime, PeerStream& stream, BlobStore& store, Digest digest,
                             std::uint64_t size) {
  Bytes buffer(kPieceBytes);
  for (std::uint64_t there = store.part_size(digest); there < size;) {
    // A piece is gathered before it goes to the disk.
    std::size_t filled = 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size - there));
    Result<std::size_t> got = 0;
    while (filled < wanted) {
      got = co_await read_piece(runtime, stream, std::span(buffer).subspan(filled, wanted - filled));
      if (!got) break;
      filled += *got;
    }
    if (filled != 0) {
      CO_CHECK(co_await store.append_part(digest,
                                          Bytes(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(filled))));
    }
    there += filled;
    if (!got) co_return std::unexpected(std::move(got).error());
  }
  co_return Result<void>();
}

Task<Result<std::uint64_t>> receive(Runtime& runtime, PeerStream& stream, BlobStore& store, Digest digest,
                                    std::uint64_t size_max) {
  wire::BlobRequest request;
  request.set_digest(std::string(runtime::text_of(digest)));
  request.set_offset(store.part_size(digest));
  CO_CHECK(co_await write(stream, request));
  CO_TRY(const wire::BlobHead head,
         co_await runtime::with_timeout(runtime.clock(), kStallMax, read<wire::BlobHead>(stream)));
  if (!head.found()) co_return fail(Errc::not_found, name_of(digest));
  if (head.size() > std::min(size_max, kBlobBytesMax)) {
    co_return fail(Errc::too_large,
                   std::to_string(head.size()) + " bytes, limit " + std::to_string(std::min(size_max, kBlobBytesMax)));
  }
  if (head.size() < store.part_size(digest)) {
    CO_CHECK(co_await store.drop_part(digest));
    co_return fail(Errc::corrupt, name_of(digest) + ": more came before than it is said to have");
  }
  CO_CHECK(co_await read_rest(runtime, stream, store, digest, head.size()));
  CO_CHECK(co_await store.finish_part(digest));
  co_return head.size();
}

}  // namespace

struct BlobServer::State {
  State(Runtime& r, BlobStore& s, MayHave m) : runtime(r), store(s), may_have(std::move(m)) {}

  Task<Result<void>> serve(PeerStream& stream);
  Task<Result<void>> send(PeerStream& stream, Digest digest, std::uint64_t offset);

  Runtime& runtime;
  BlobStore& store;
  MayHave may_have;
  std::size_t serving = 0;
  std::map<PeerId, std::size_t> serving_each;  // of `serving`
  runtime::WaitQueue turns;
};

namespace {

using Places = std::map<PeerId, std::size_t>;

bool is_place_for(const PeerId& peer, std::size_t serving, const Places& each) {
  const auto found = each.find(peer);
  return serving < kServedAtOnceMax && (found == each.end() || found->second < kServedEachPeerMax);
}

// One of kServedAtOnceMax places.
class Turn {
 public:
  Turn(PeerId peer, std::size_t& serving, Places& each, runtime::WaitQueue& turns)
      : peer_(std::move(peer)), serving_(serving), each_(each), turns_(turns) {
    ++serving_;
    ++each_[peer_];
  }
  ~Turn() {
    --serving_;
    if (--each_[peer_] == 0) each_.erase(peer_);
    turns_.wake_all();  // the first that waits may be one of a peer that has its share
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  PeerId peer_;
  std::size_t& serving_;
  Places& each_;
  runtime::WaitQueue& turns_;
};

}  // namespace

Task<Result<void>> BlobServer::State::serve(PeerStream& stream) {
  CO_TRY(const wire::BlobRequest request,
         co_await runtime::with_timeout(runtime.clock(), kStallMax, read<wire::BlobRequest>(stream)));
  Digest digest;
  if (request.digest().size() != digest.size()) co_return fail(Errc::bad_message, "not a SHA-256 digest");
  std::ranges::copy(runtime::bytes_of(request.digest()), digest.begin());
  const auto size = store.size_of(digest);
  if (!size || !may_have(stream.peer(), digest) || request.offset() > *size) {
    CO_CHECK(co_await write(stream, wire::BlobHead()));
    stream.shutdown_write();
    co_return Result<void>();
  }
  while (!is_place_for(stream.peer(), serving, serving_each)) co_await turns.wait();
  const Turn turn(stream.peer(), serving, serving_each, turns);
  co_return co_await send(stream, digest, request.offset());
}

Task<Result<void>> BlobServer::State::send(PeerStream& stream, Digest digest, std::uint64_t offset) {
  const auto content = co_await store.read(digest);
  wire::BlobHead head;
  head.set_found(content.has_value());
  if (content) head.set_size(content->size());
  CO_CHECK(co_await write(stream, head));
  if (content) {
    ByteView rest = ByteView(*content).subspan(static_cast<std::size_t>(offset));
    runtime::Time until = runtime.clock().now() + kStallMax;
    while (!rest.empty()) {
      const ByteView piece = rest.first(std::min(rest.size(), kPieceBytes));
      const runtime::Time stalled = runtime.clock().now() + kStallMax;
      CO_CHECK(co_await runtime::with_deadline(runtime.clock(), std::min(until, stalled), stream.write(piece)));
      rest = rest.subspan(piece.size());
      until = until + std::chrono::milliseconds(static_cast<std::int64_t>(piece.size() * 1000 / kServedPaceMin));
    }
  }
  stream.shutdown_write();
  co_return Result<void>();
}

BlobServer::BlobServer(overlay::Host& host, BlobStore& store, MayHave may_have)
    : host_(host), state_(std::make_shared<State>(host.runtime(), store, std::move(may_have))) {
  host_.handle(std::string(kBlobProtocol), [state = state_](PeerStreamPtr stream) -> Task<void> {
    if (!co_await state->serve(*stream)) stream->abort();
  });
}

BlobServer::~BlobServer() {
  host_.unhandle(std::string(kBlobProtocol));
}

void BlobOwners::add(const PeerId& peer, const Digest& digest) {
  if (!owners_.emplace(peer, digest).second) return;
  by_age_.emplace_back(peer, digest);
  if (by_age_.size() <= max_) return;
  owners_.erase(by_age_.front());
  by_age_.pop_front();
}

void BlobOwners::set_bringing(const PeerId& peer, const Digest& digest) {
  if (bringing_.size() >= max_) bringing_.clear();  // they begin anew
  bringing_.insert_or_assign(digest, peer);
}

bool BlobOwners::is_bringing(const PeerId& peer, const Digest& digest) const {
  const auto found = bringing_.find(digest);
  return found != bringing_.end() && found->second == peer;
}

Task<Result<std::uint64_t>> fetch_blob(overlay::Host& host, BlobStore& store, PeerId peer, Digest digest,
                                       std::uint64_t size_max, BlobOwners* owners) {
  store.hold(digest, kFreshHeld);
  const auto here = [&] { return !owners || owners->has(peer, digest) ? store.size_of(digest) : std::nullopt; };
  if (const auto size = here()) co_return *size;
  const BlobStore::Turn turn = co_await store.turn(digest);
  if (const auto size = here()) co_return *size;  // another has brought it meanwhile
  if (owners && !owners->is_bringing(peer, digest)) {
    CO_CHECK(co_await store.drop_part(digest));
    owners->set_bringing(peer, digest);
  }
  CO_TRY(const PeerStreamPtr stream, co_await host.open(peer, std::string(kBlobProtocol)));
  CO_TRY(const std::uint64_t size, co_await receive(host.runtime(), *stream, store, digest, size_max));
  if (owners) owners->add(peer, digest);
  co_return size;
}

}  // namespace quern::blobs
