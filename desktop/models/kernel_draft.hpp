// From an OpenCL source to a job that runs one kernel of it: what its arguments are, and the manifest. Pure.
#pragma once
#include <QByteArray>
#include <QString>
#include <QStringView>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

namespace quern::desktop::models {

inline constexpr std::size_t kKernelsMax = 64;          // of a source; the rest is not seen
inline constexpr std::size_t kKernelArgumentsMax = 64;  // more cannot be described

struct KernelArgument {
  enum class Kind {
    buffer,   // __global or __constant
    local,    // __local
    scalar,   // int, float, ...: a manifest knows its type
    unknown,  // an image, a vector, a structure: cannot be described
  };
  Kind kind = Kind::unknown;
  QString name;
  QString type;          // "float", of what a pointer points to, as a manifest writes it: "uint" for unsigned int
  bool writable = true;  // of a buffer: neither const nor __constant
  bool operator==(const KernelArgument&) const = default;
};
struct KernelSignature {
  QString name;
  std::vector<KernelArgument> arguments;
  bool operator==(const KernelSignature&) const = default;
};
// Comments and strings are passed over; macros are not followed.
std::vector<KernelSignature> kernels_in(QStringView source);

// What a person chose for it.
struct KernelDraft {
  QString name;         // of the job
  QString source_path;  // inside the job's folder
  QString digest;
  std::uint64_t source_bytes = 0;
  QString build_options;
  KernelSignature kernel;
  std::vector<std::uint64_t> global_size;  // 1 to 3
  std::int64_t walltime_seconds = 60;
  struct Value {
    std::uint64_t bytes = 0;  // of a buffer or of local memory
    QString text = {};        // of a scalar
    bool output = false;      // a buffer that comes back as NAME.bin
  };
  std::vector<Value> values;  // one an argument
};
// The error names the field, its value and its limit.
std::expected<QByteArray, QString> manifest_of(const KernelDraft& draft);

// "1024", "640 x 360", "64*64*4"; absent: it is none.
std::optional<std::vector<std::uint64_t>> sizes_from(QStringView text);
// "4096", "4 MiB", "1.5 GB" (as GiB); absent: it is none, or not within 1 to 1 TiB.
std::optional<std::uint64_t> bytes_from(QStringView text);

}  // namespace quern::desktop::models
