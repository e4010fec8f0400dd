// What the parts of a job must be to each other.
#pragma once
#include "scheduler/model/job.hpp"
#include "scheduler/model/manifest_fields.hpp"

namespace quern::model {

// Adds what does not fit together: files that nothing defines or uses, buffers that no step can have, work sizes that
// cannot be cut. Each value must already be within its own bounds.
void check_parts(const Job& job, Findings& findings);

}  // namespace quern::model
