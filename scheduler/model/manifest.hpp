// job.json: the manifest's JSON form (docs/job.md), apiVersion "v1".
#pragma once
#include <string>
#include <string_view>

#include "overlay/runtime/result.hpp"
#include "scheduler/model/job.hpp"

namespace quern::model {

enum class ManifestErrc {
  not_json = 1,   // the detail names line and column
  duplicate_key,  // one object has a key twice, or more than kManifestKeysMax
  unknown_key,    // names the key, where it is, and the nearest that exists
  missing_key,
  wrong_type,    // names the key, what is there and what must be
  out_of_range,  // names the key, the value and the limit
  inconsistent,  // two parts do not fit: a buffer that no step defines, an input that is not listed
  too_large,     // above kManifestBytesMax
};
std::error_code make_error_code(ManifestErrc code);

inline constexpr std::size_t kManifestKeysMax = 256;  // of one object
inline constexpr std::size_t kManifestDepthMax = 8;

// Reads strictly: nothing is ignored, everything is checked that can be without a device. Every detail begins with a
// path: "steps[0].args[2]: ...".
runtime::Result<Job> job_from_json(std::string_view text);
// The canonical form: keys in a fixed order, no spaces, defaults left out. Equal jobs have equal text; its SHA-256
// names the job in every record. What job_from_json() accepts is read back from it unchanged.
std::string to_canonical_json(const Job& job);

}  // namespace quern::model

template <>
struct std::is_error_code_enum<quern::model::ManifestErrc> : std::true_type {};
