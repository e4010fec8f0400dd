// A node whose disk is full when it starts: what makes room, and what is said where nothing does.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "overlay/runtime/runtime.hpp"

namespace quern::daemon {

// The error names the data directory and the ways out where it is one of a full disk; others are returned as they are.
runtime::Error with_way_out(runtime::Error error, const std::string& data_directory);

// Parts of files that were on their way to this node are brought again; no node should stay down for them. Removes them
// where the error is one of a full disk. Whether there were any: then another start may find room.
runtime::Task<bool> make_room_for_start(runtime::Disk& disk, const runtime::Error& error);

// Of a disk, stay free of blobs: for what a node has to write down to end its agreements. At most, and the part of a
// small disk.
inline constexpr std::uint64_t kBooksBytes = 64 << 20;
inline constexpr std::uint64_t kBooksPart = 64;

// How many bytes of blobs the disk of a folder may still be given. Blocks as file systems do. What is not known is no
// limit: the disk itself says when it is full.
std::uint64_t room_for_blobs(const std::filesystem::path& folder);

}  // namespace quern::daemon
