// What runs have taken, on the node's disk. It is worth keeping and no promise: what is lost is measured again.
#pragma once
#include <string_view>

#include "overlay/runtime/disk.hpp"
#include "scheduler/market/experience_book.hpp"

namespace quern::dispatch {

inline constexpr std::string_view kExperienceFile = "experience";

// An empty book where there is no file. Errors: market::Errc::malformed_experience (the detail says what helps), and
// the disk's.
runtime::Task<runtime::Result<market::ExperienceBook>> load_experience(runtime::Disk& disk);
// Survives a crash once it has returned; before that the file is as it was. Errors: the disk's.
runtime::Task<runtime::Result<void>> save_experience(runtime::Disk& disk, const market::ExperienceBook& book);

}  // namespace quern::dispatch
