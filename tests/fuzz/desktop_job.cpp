// Files that a person opens as a job: a manifest, or the source of a kernel. Nothing but an answer comes of any bytes,
// and a job that is made of a kernel is read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <tuple>

#include "desktop/models/kernel_draft.hpp"
#include "desktop/models/manifest_data.hpp"

namespace models = quern::desktop::models;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
  if (const auto manifest = models::manifest_from(bytes)) {
    for (const models::ManifestInput& input : manifest->inputs) {
      if (!models::path_fault(input.path).isEmpty()) std::abort();
    }
  }
  const QString source = QString::fromUtf8(bytes);
  std::ignore = models::sizes_from(source);
  std::ignore = models::bytes_from(source);
  for (const models::KernelSignature& kernel : models::kernels_in(source)) {
    models::KernelDraft draft;
    draft.source_path = QStringLiteral("a.cl");
    draft.digest = QString(64, u'0');
    draft.kernel = kernel;
    draft.global_size = {64};
    draft.values.assign(kernel.arguments.size(), {.bytes = 64, .text = QStringLiteral("1"), .output = false});
    const auto made = models::manifest_of(draft);
    if (made && made->size() <= models::kManifestBytesMax && !models::manifest_from(*made)) std::abort();
  }
  return 0;
}
