#include "tests/scheduler/store/simulated_files.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include <sqlite3.h>

#include "overlay/runtime/assertion.hpp"

namespace quern::store {
namespace {

using Content = std::vector<std::byte>;
constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

// A write, or a change of length where there are no bytes.
struct Change {
  std::size_t offset = 0;  // or the length
  Content bytes = {};
  bool length = false;
};

void carry_out(Content& to, const Change& change, std::size_t bytes_kept) {
  if (change.length) {
    to.resize(change.offset);
    return;
  }
  if (bytes_kept == 0) return;
  if (to.size() < change.offset + bytes_kept) to.resize(change.offset + bytes_kept);
  std::copy_n(change.bytes.begin(), bytes_kept, to.begin() + static_cast<std::ptrdiff_t>(change.offset));
}
void carry_out(Content& to, const Change& change) {
  carry_out(to, change, change.bytes.size());
}

struct Handle;

struct File {
  Content current;                               // what a reader sees
  Content durable;                               // what surely survives
  std::vector<Change> pending;                   // from `durable` to `current`
  bool made_durably = false;                     // the file itself survives
  std::vector<Handle*> handles;                  // open now
  std::vector<std::unique_ptr<Content>> shared;  // SQLite's index of the log, by region

  void sync() {
    for (const Change& change : pending) carry_out(durable, change);
    pending.clear();
  }
  Content found_after(Crash kind, runtime::Random& random) const {
    if (kind == Crash::all_lost) return durable;
    if (kind == Crash::all_kept) return current;
    Content found = durable;
    if (kind == Crash::scattered) {
      for (const Change& change : pending) {
        if (random.below(2) == 0) carry_out(found, change);
      }
      return found;
    }
    const std::size_t whole = random.below(pending.size() + 1);
    for (std::size_t at = 0; at < whole; ++at) carry_out(found, pending[at]);
    if (whole < pending.size()) carry_out(found, pending[whole], random.below(pending[whole].bytes.size() + 1));
    return found;
  }
};
using FilePtr = std::shared_ptr<File>;
using Files = std::map<std::string, FilePtr, std::less<>>;

}  // namespace

struct SimulatedFiles::State {
  sqlite3_vfs vfs{};
  std::string name;
  Files files;
  Files removed;  // not surely: a crash may bring them back
  std::uint64_t life = 0;
  std::size_t writes = 0;
  std::size_t syncs = 0;
  std::size_t writes_max = kNever;
  std::size_t syncs_max = kNever;
  std::uint64_t drawn = 0;
  std::function<void(std::string_view)> hook;

  Files found_after(Crash kind, runtime::Random& random) const;
  // Names of the folder become durable, and removals.
  void sync_folder() {
    removed.clear();
    for (const auto& [path, file] : files) file->made_durably = true;
  }
};

namespace {

struct Handle {
  sqlite3_file base{};  // first: SQLite knows the rest by it
  SimulatedFiles::State* disk = nullptr;
  FilePtr file;
  std::string name;  // empty: a temporary file
  std::uint64_t life = 0;
  bool remove_on_close = false;
  bool syncs_folder = false;  // with its first sync
  int lock = SQLITE_LOCK_NONE;
  std::array<bool, SQLITE_SHM_NLOCK> shared_locks{};
  std::array<bool, SQLITE_SHM_NLOCK> exclusive_locks{};

  bool dead() const { return life != disk->life; }
};

Handle& of(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}
SimulatedFiles::State& of(sqlite3_vfs* vfs) {
  return *static_cast<SimulatedFiles::State*>(vfs->pAppData);
}

int close_file(sqlite3_file* base) {
  Handle& handle = of(base);
  std::erase(handle.file->handles, &handle);
  if (handle.remove_on_close && !handle.dead()) handle.disk->files.erase(handle.name);
  handle.~Handle();
  return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* out, int amount, sqlite3_int64 offset) {
  const Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_READ;
  const Content& content = handle.file->current;
  const auto wanted = static_cast<std::size_t>(amount);
  const auto from = std::min(static_cast<std::size_t>(offset), content.size());
  const std::size_t there = std::min(wanted, content.size() - from);
  if (there > 0) std::memcpy(out, content.data() + from, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

void change_file(Handle& handle, Change change) {
  carry_out(handle.file->current, change);
  if (!handle.name.empty()) handle.file->pending.push_back(std::move(change));
}

int write_file(sqlite3_file* base, const void* bytes, int amount, sqlite3_int64 offset) {
  Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_WRITE;
  const bool full = handle.disk->writes >= handle.disk->writes_max;
  if (!full) ++handle.disk->writes;
  const auto* from = static_cast<const std::byte*>(bytes);
  const std::size_t kept = static_cast<std::size_t>(amount) / (full ? 2 : 1);
  change_file(handle, {.offset = static_cast<std::size_t>(offset), .bytes = Content(from, from + kept)});
  return full ? SQLITE_FULL : SQLITE_OK;
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_TRUNCATE;
  change_file(handle, {.offset = static_cast<std::size_t>(size), .length = true});
  return SQLITE_OK;
}

int sync_file(sqlite3_file* base, int) {
  Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_FSYNC;
  SimulatedFiles::State& disk = *handle.disk;
  if (handle.name.empty() || (handle.file->pending.empty() && !handle.syncs_folder)) return SQLITE_OK;
  if (disk.hook) disk.hook(handle.name);
  if (handle.dead()) return SQLITE_IOERR_FSYNC;
  if (disk.syncs >= disk.syncs_max) return SQLITE_IOERR_FSYNC;
  ++disk.syncs;
  handle.file->sync();
  if (std::exchange(handle.syncs_folder, false)) disk.sync_folder();
  return SQLITE_OK;
}

int file_size(sqlite3_file* base, sqlite3_int64* size) {
  if (of(base).dead()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(of(base).file->current.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* base, int level) {
  Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_LOCK;
  for (const Handle* other : handle.file->handles) {
    if (other == &handle || other->dead()) continue;
    const bool refused = level == SQLITE_LOCK_SHARED     ? other->lock >= SQLITE_LOCK_PENDING
                         : level == SQLITE_LOCK_RESERVED ? other->lock >= SQLITE_LOCK_RESERVED
                                                         : other->lock >= SQLITE_LOCK_SHARED;
    if (refused) return SQLITE_BUSY;
  }
  handle.lock = std::max(handle.lock, level);
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* base, int level) {
  of(base).lock = std::min(of(base).lock, level);
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* base, int* out) {
  const auto reserved = [](const Handle* handle) { return !handle->dead() && handle->lock >= SQLITE_LOCK_RESERVED; };
  *out = std::ranges::any_of(of(base).file->handles, reserved) ? 1 : 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;  // as SQLite takes of every disk of Linux
}

int map_shared(sqlite3_file* base, int region, int size, int extend, void volatile** out) {
  const Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_SHMMAP;
  auto& regions = handle.file->shared;
  const auto wanted = static_cast<std::size_t>(region) + 1;
  *out = nullptr;
  if (regions.size() < wanted && !extend) return SQLITE_OK;
  while (regions.size() < wanted) regions.push_back(std::make_unique<Content>(static_cast<std::size_t>(size)));
  *out = regions[wanted - 1]->data();
  return SQLITE_OK;
}

int lock_shared(sqlite3_file* base, int offset, int count, int flags) {
  Handle& handle = of(base);
  if (handle.dead()) return SQLITE_IOERR_SHMLOCK;
  const bool unlock = (flags & SQLITE_SHM_UNLOCK) != 0;
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  for (int slot = offset; slot < offset + count && !unlock; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    for (const Handle* other : handle.file->handles) {
      if (other == &handle || other->dead()) continue;
      if (other->exclusive_locks[at] || (exclusive && other->shared_locks[at])) return SQLITE_BUSY;
    }
  }
  for (int slot = offset; slot < offset + count; ++slot) {
    (exclusive ? handle.exclusive_locks : handle.shared_locks)[static_cast<std::size_t>(slot)] = !unlock;
  }
  return SQLITE_OK;
}

void shared_barrier(sqlite3_file*) {}

int unmap_shared(sqlite3_file* base, int remove) {
  Handle& handle = of(base);
  handle.shared_locks.fill(false);
  handle.exclusive_locks.fill(false);
  if (remove && !handle.dead()) handle.file->shared.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* flags_out) {
  SimulatedFiles::State& disk = of(vfs);
  base->pMethods = nullptr;
  FilePtr file;
  bool made = true;
  if (name) {
    const auto found = disk.files.find(name);
    if (found != disk.files.end()) {
      file = found->second;
      made = false;
    } else if (!(flags & SQLITE_OPEN_CREATE)) {
      return SQLITE_CANTOPEN;
    }
  }
  if (!file) {
    file = std::make_shared<File>();
    if (name) disk.files.emplace(name, file);
  }
  auto* handle = new (base) Handle{.disk = &disk, .file = file, .name = name ? name : "", .life = disk.life};
  handle->remove_on_close = name && (flags & SQLITE_OPEN_DELETEONCLOSE);
  // As SQLite's own layer for Unix does it: the folder is synced with a new journal's first sync, and then only.
  handle->syncs_folder = made && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL));
  handle->base.pMethods = &kMethods;
  file->handles.push_back(handle);
  if (flags_out) *flags_out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  SimulatedFiles::State& disk = of(vfs);
  const auto found = disk.files.find(name);
  if (found == disk.files.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (found->second->made_durably) disk.removed.insert_or_assign(found->first, found->second);
  disk.files.erase(found);
  if (sync_folder) disk.sync_folder();
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* out) {
  *out = of(vfs).files.contains(std::string_view(name)) ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int draw(sqlite3_vfs* vfs, int amount, char* out) {
  runtime::Random random(++of(vfs).drawn);
  random.fill(std::as_writable_bytes(std::span(out, static_cast<std::size_t>(amount))));
  return amount;
}

int pass_time(sqlite3_vfs*, int microseconds) {
  return microseconds;
}
int fixed_time(sqlite3_vfs*, sqlite3_int64* julian_ms) {
  *julian_ms = 210866760000000;  // 1970-01-01
  return SQLITE_OK;
}
int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

}  // namespace

Files SimulatedFiles::State::found_after(Crash kind, runtime::Random& random) const {
  Files found;
  const auto keep = [&](const std::string& path, const File& file) {
    const auto kept = std::make_shared<File>();
    kept->current = kept->durable = file.found_after(kind, random);
    kept->made_durably = true;
    found.insert_or_assign(path, kept);
  };
  for (const auto& [path, file] : removed) {
    if (kind == Crash::all_lost || (kind != Crash::all_kept && random.below(2) == 0)) keep(path, *file);
  }
  for (const auto& [path, file] : files) {
    if (file->made_durably || kind == Crash::all_kept || (kind != Crash::all_lost && random.below(2) == 0)) {
      keep(path, *file);
    }
  }
  return found;
}

SimulatedFiles::SimulatedFiles() : state_(std::make_unique<State>()) {
  static std::atomic<std::uint64_t> made = 0;
  state_->name = "simulated-" + std::to_string(++made);
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_name;
  vfs.xRandomness = draw;
  vfs.xSleep = pass_time;
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = fixed_time;
  QUERN_ASSERT(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

SimulatedFiles::~SimulatedFiles() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& SimulatedFiles::vfs() const {
  return state_->name;
}

void SimulatedFiles::crash(Crash kind, runtime::Random& random) {
  state_->files = state_->found_after(kind, random);
  state_->removed.clear();
  ++state_->life;
}

std::unique_ptr<SimulatedFiles> SimulatedFiles::crashed_copy(Crash kind, runtime::Random& random) const {
  auto copy = std::make_unique<SimulatedFiles>();
  copy->state_->files = state_->found_after(kind, random);
  return copy;
}

void SimulatedFiles::on_sync(std::function<void(std::string_view file)> hook) {
  state_->hook = std::move(hook);
}

void SimulatedFiles::fill_after(std::size_t writes) {
  state_->writes_max = state_->writes + writes;
}
void SimulatedFiles::fail_syncs_after(std::size_t syncs) {
  state_->syncs_max = state_->syncs + syncs;
}
void SimulatedFiles::make_room() {
  state_->writes_max = kNever;
  state_->syncs_max = kNever;
}

std::size_t SimulatedFiles::writes() const {
  return state_->writes;
}
std::size_t SimulatedFiles::syncs() const {
  return state_->syncs;
}

bool SimulatedFiles::damage(std::string_view file, std::size_t offset, std::byte mask) {
  const auto found = state_->files.find(file);
  if (found == state_->files.end() || offset >= found->second->current.size()) return false;
  found->second->sync();
  found->second->current[offset] ^= mask;
  found->second->durable[offset] ^= mask;
  return true;
}

std::size_t SimulatedFiles::size(std::string_view file) const {
  const auto found = state_->files.find(file);
  return found == state_->files.end() ? 0 : found->second->current.size();
}

void SimulatedFiles::replace(const std::string& file, std::vector<std::byte> content) {
  const auto fresh = std::make_shared<File>();
  fresh->current = content;
  fresh->durable = std::move(content);
  fresh->made_durably = true;
  state_->files.insert_or_assign(file, fresh);
}

std::vector<std::byte> SimulatedFiles::content(std::string_view file) const {
  const auto found = state_->files.find(file);
  return found == state_->files.end() ? Content{} : found->second->current;
}

}  // namespace quern::store
