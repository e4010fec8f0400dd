// This node's key on its disk.
#pragma once
#include <string>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::identity {

// The key in file `name` of the node's folder (the serialised PrivateKey message, mode 0600); a new one is made and
// stored when there is none. A file that is not a key is left alone. Errc::key_file, and what the disk says.
runtime::Task<runtime::Result<PrivateKey>> load_or_create_key(runtime::Runtime& runtime, std::string name);

}  // namespace quern::identity
