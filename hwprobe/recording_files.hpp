// A file tree that passes on to another one and remembers all that was seen in it.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "hwprobe/file_tree.hpp"

namespace quern::hwprobe {

// Most files, links and directory entries of one recording, and most bytes of their contents. What comes after is
// passed on, but not remembered.
inline constexpr std::size_t kRecordedEntriesMax = 65536;
inline constexpr std::size_t kRecordedBytesMax = 32 << 20;

// Files are remembered where they really lie, and every symbolic link on the way to them as a link, so that the
// recorded tree answers each question as the original did. Costs a readlink for each directory and file the first time
// it is met.
class RecordingFiles final : public FileTree {
 public:
  explicit RecordingFiles(std::shared_ptr<const FileTree> original);
  std::expected<std::string, FileError> read(std::string_view path, std::size_t limit) const override;
  std::expected<std::vector<std::string>, FileError> list(std::string_view path) const override;
  std::expected<std::string, FileError> read_link(std::string_view path) const override;
  bool is_this_machine() const override { return original_->is_this_machine(); }

  // The tree as far as it was seen. Entries of listed directories that nobody opened are there in name only.
  RecordedFiles seen() const;
  // Whether something was not remembered because it was too much.
  bool is_cut() const;

 private:
  using Content = std::expected<std::string, FileError>;

  std::optional<std::string> place_of(std::string_view path) const;
  const std::optional<std::string>& link_at(const std::string& path) const;
  bool has_room(std::size_t bytes) const;

  std::shared_ptr<const FileTree> original_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::optional<std::string>> links_;  // by real path; nullopt for what is no link
  mutable std::map<std::string, Content> contents_;                  // by real path
  mutable std::map<std::string, FileError> closed_;                  // directories that could not be listed
  mutable std::set<std::string> names_;                              // real paths of listed entries
  mutable std::set<std::string> directories_;                        // real paths of listed directories
  mutable std::size_t bytes_ = 0;
  mutable bool is_cut_ = false;
};

}  // namespace quern::hwprobe
