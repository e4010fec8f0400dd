#include "overlay/runtime/simulation/disk.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/simulation/node.hpp"

namespace quern::simulation {

using runtime::Errc;
using runtime::fail;
using runtime::Result;
using Bytes = std::vector<std::byte>;

bool DiskContent::fits(std::size_t added) const {
  std::size_t used = 0;
  for (const auto& [name, file] : files) used += file.bytes.size();
  return added <= bytes_max_ && used <= bytes_max_ - added;
}

void DiskContent::crash(runtime::Random& random) {
  for (auto& [name, file] : files) {
    const std::size_t pending = file.bytes.size() - file.durable;
    if (pending != 0) file.bytes.resize(file.durable + random.below(pending + 1));
    file.durable = file.bytes.size();
  }
  std::erase_if(files, [](const auto& entry) { return entry.second.bytes.empty() && entry.second.durable == 0; });
}

namespace {

class NodeDisk final : public runtime::Disk {
 public:
  NodeDisk(World& world, Node& node, DiskContent& content)
      : world_(world), node_(node), content_(content), life_(node.life()) {}

  Task<Result<Bytes>> read(std::string name) override {
    CO_CHECK(co_await begin(name));
    const auto file = content_.files.find(name);
    if (file == content_.files.end()) co_return fail(Errc::not_found, name);
    co_return file->second.bytes;
  }

  Task<Result<Bytes>> read_piece(std::string name, std::uint64_t offset, std::size_t bytes) override {
    CO_CHECK(co_await begin(name));
    const auto file = content_.files.find(name);
    if (file == content_.files.end()) co_return fail(Errc::not_found, name);
    const runtime::ByteView all = file->second.bytes;
    const auto rest = all.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(offset, all.size())));
    co_return runtime::copy_of(rest.first(std::min(rest.size(), bytes)));
  }

  Task<Result<void>> replace(std::string name, Bytes content) override {
    CO_CHECK(co_await begin(name));
    CO_CHECK(check_size(name, content.size()));
    if (!content_.fits(content.size())) co_return fail(Errc::no_space, name);
    const std::size_t size = content.size();
    content_.files.insert_or_assign(std::move(name), DiskContent::File{std::move(content), size});
    co_return Result<void>();
  }

  Task<Result<void>> append(std::string name, Bytes content) override {
    CO_CHECK(co_await begin(name));
    const auto existing = content_.files.find(name);
    const std::size_t size = existing == content_.files.end() ? 0 : existing->second.bytes.size();
    CO_CHECK(check_size(name, size + content.size()));
    if (!content_.fits(content.size())) co_return fail(Errc::no_space, name);
    auto& file = content_.files[name];
    file.bytes.insert(file.bytes.end(), content.begin(), content.end());
    co_return Result<void>();
  }

  Task<Result<void>> sync(std::string name) override {
    CO_CHECK(co_await begin(name));
    const auto file = content_.files.find(name);
    if (file == content_.files.end()) co_return fail(Errc::not_found, name);
    file->second.durable = file->second.bytes.size();
    co_return Result<void>();
  }

  Task<Result<void>> remove(std::string name) override {
    CO_CHECK(co_await begin(name));
    content_.files.erase(name);
    co_return Result<void>();
  }

  Task<Result<std::vector<std::string>>> list() override {
    CO_CHECK(co_await begin("list"));
    std::vector<std::string> names;
    names.reserve(content_.files.size());
    for (const auto& [name, file] : content_.files) names.push_back(name);
    co_return names;
  }

 private:
  // A node that has crashed does nothing more, not even in code that runs while it unwinds.
  Task<Result<void>> begin(std::string name) {
    QUERN_ASSERT(runtime::is_disk_name(name), "not a disk name");
    if (!alive()) co_return fail(Errc::closed, name);
    co_await world_.sleep_for(kDiskLatency);
    if (!alive()) co_return fail(Errc::closed, name);
    co_return Result<void>();
  }

  bool alive() const { return node_.running() && node_.life() == life_; }

  static Result<void> check_size(const std::string& name, std::size_t size) {
    if (size <= runtime::kDiskFileBytesMax) return {};
    return fail(Errc::too_large,
                name + ": " + std::to_string(size) + " bytes, limit " + std::to_string(runtime::kDiskFileBytesMax));
  }

  World& world_;
  Node& node_;
  DiskContent& content_;
  std::uint32_t life_;
};

}  // namespace

std::unique_ptr<runtime::Disk> make_disk(World& world, Node& node, DiskContent& content) {
  return std::make_unique<NodeDisk>(world, node, content);
}

}  // namespace quern::simulation
