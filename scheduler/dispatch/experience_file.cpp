#include "scheduler/dispatch/experience_file.hpp"

#include <string>
#include <utility>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/market/error.hpp"

namespace quern::dispatch {

using market::ExperienceBook;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

Task<Result<ExperienceBook>> load_experience(runtime::Disk& disk) {
  const auto content = co_await disk.read(std::string(kExperienceFile));
  if (!content && content.error() == runtime::Errc::not_found) co_return ExperienceBook();
  if (!content) co_return std::unexpected(content.error());
  auto book = ExperienceBook::from_text(runtime::text_of(*content));
  if (!book) {
    co_return runtime::fail(market::Errc::malformed_experience,
                            "the file \"" + std::string(kExperienceFile) + "\": delete it, and it is begun anew");
  }
  co_return *std::move(book);
}

Task<Result<void>> save_experience(runtime::Disk& disk, const ExperienceBook& book) {
  Bytes content = runtime::copy_of(runtime::bytes_of(book.text()));
  co_return co_await disk.replace(std::string(kExperienceFile), std::move(content));
}

}  // namespace quern::dispatch
