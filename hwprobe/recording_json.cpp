// A recording as JSON and back.
#include <array>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "hwprobe/hwloc_topology.hpp"
#include "hwprobe/opencl.hpp"
#include "hwprobe/recording.hpp"
#include "hwprobe/recording_files.hpp"
#include "hwprobe/report_json.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

namespace json = boost::json;

constexpr std::size_t kPathBytesMax = 4096;
constexpr std::size_t kGpusMax = 64;
constexpr std::size_t kDepthMax = 16;

constexpr std::array<std::pair<FileError, std::string_view>, 4> kErrorNames{{{FileError::missing, "missing"},
                                                                             {FileError::denied, "denied"},
                                                                             {FileError::too_large, "too_large"},
                                                                             {FileError::unreadable, "unreadable"}}};

std::string hex_of(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    hex += kDigits[code >> 4];
    hex += kDigits[code & 0xf];
  }
  return hex;
}

// Stricter than parse_number, which takes blanks, signs and "0x".
std::optional<std::string> bytes_of(std::string_view hex) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = kDigits.find(hex[i]);
    const std::size_t low = kDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

// Text as text, other bytes as {"hex": ...}, what could not be read as {"error": ...}.
json::value content_json(const std::expected<std::string, FileError>& content) {
  if (content && is_utf8(*content)) return json::string(*content);
  if (content) return json::object{{"hex", hex_of(*content)}};
  for (const auto& [error, name] : kErrorNames) {
    if (error == content.error()) return json::object{{"error", name}};
  }
  std::unreachable();
}

// Appends `"name": {` and one line an entry.
template <class Entries, class Value>
void append_lines(std::string& text, std::string_view name, const Entries& entries, Value value_of) {
  text += "\n\"" + std::string(name) + "\": {";
  bool first = true;
  for (const auto& [key, value] : entries) {
    text += std::exchange(first, false) ? "\n" : ",\n";
    text += json::serialize(json::string(key)) + ": " + json::serialize(value_of(value));
  }
  text += "}";
}

// Reads one document; the first fault is kept.
class Loader {
 public:
  std::expected<Recording, std::string> load(const json::value& document) {
    Recording recording;
    if (read(document, recording)) return recording;
    return std::unexpected(std::move(error_));
  }

 private:
  bool fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
    return false;
  }

  bool read(const json::value& document, Recording& recording) {
    const json::object* fields = document.if_object();
    if (fields == nullptr) return fail("must be an object");
    const json::value* version = fields->if_contains("recording");
    if (version == nullptr) return fail("lacks \"recording\": no recording of quern probe");
    if (*version != kRecordingVersion) {
      return fail("recording: version " + json::serialize(*version) + " is not " + std::to_string(kRecordingVersion) +
                  ", the one this program knows");
    }
    for (const auto& [key, value] : *fields) {
      if (!read_field(key, value, recording)) return false;
    }
    return true;
  }

  bool read_field(std::string_view key, const json::value& value, Recording& recording) {
    if (key == "recording") return true;
    if (key == "taken_unix_ms") return read_number(key, value, recording.taken_unix_ms);
    if (key == "elapsed_ms") return read_number(key, value, recording.elapsed_ms);
    if (key == "hypervisor") return read_name(key, value, recording.answers.hypervisor);
    if (key == "hwloc_xml") return read_xml(value, recording.hwloc_xml);
    if (key == "drivers")
      return read_list(key, value, kOpenclDriversMax, recording.answers.drivers, opencl_driver_from_json);
    if (key == "library_gpus")
      return read_list(key, value, kGpusMax, recording.answers.library_gpus, gpu_sample_from_json);
    if (key == "files") return read_files(value, recording.files);
    if (key == "links") return read_links(value, recording.files);
    if (key == "directories") return read_directories(value, recording.files);
    return fail("has a field that is not known: " + clean_name(key));
  }

  template <class Number>
  bool read_number(std::string_view key, const json::value& value, Number& number) {
    boost::system::error_code error;
    if (value.is_int64() || value.is_uint64()) number = value.to_number<Number>(error);
    return (!value.is_double() && value.is_number() && !error) ||
           fail(std::string(key) + ": must be an integer that fits");
  }

  bool read_name(std::string_view key, const json::value& value, std::string& name) {
    if (!value.is_string() || clean_name(value.get_string()) != std::string_view(value.get_string())) {
      return fail(std::string(key) + ": must be a name of at most " + std::to_string(kNameBytesMax) + " bytes");
    }
    name = value.get_string();
    return true;
  }

  bool read_xml(const json::value& value, std::optional<std::string>& xml) {
    if (!value.is_string() || value.get_string().size() > kHwlocXmlBytesMax) {
      return fail("hwloc_xml: must be a string of at most " + std::to_string(kHwlocXmlBytesMax) + " bytes");
    }
    if (std::string_view(value.get_string()).contains('\0')) return fail("hwloc_xml: holds a NUL");
    xml = value.get_string();
    return true;
  }

  template <class Element, class ReadElement>
  bool read_list(std::string_view key, const json::value& value, std::size_t count_max, std::vector<Element>& list,
                 ReadElement read_element) {
    if (!value.is_array() || value.get_array().size() > count_max) {
      return fail(std::string(key) + ": must be a list of at most " + std::to_string(count_max));
    }
    for (const json::value& each : value.get_array()) {
      auto element = read_element(each);
      if (!element) return fail(std::string(key) + '[' + std::to_string(list.size()) + "]." + element.error());
      list.push_back(std::move(*element));
    }
    return true;
  }

  // Counts an entry and its bytes, and looks at its path.
  bool take(std::string_view part, std::string_view path, std::size_t bytes) {
    if (!path.starts_with('/') || path.size() > kPathBytesMax || path.contains('\0')) {
      return fail(std::string(part) + ": " + clean_name(path) + " is no absolute path of at most " +
                  std::to_string(kPathBytesMax) + " bytes");
    }
    bytes_ += bytes;
    if (++entries_ > kRecordedEntriesMax)
      return fail("more than " + std::to_string(kRecordedEntriesMax) + " files, links and directories");
    return bytes_ <= kRecordedBytesMax || fail("files: more than " + std::to_string(kRecordedBytesMax) + " bytes");
  }

  bool read_files(const json::value& value, RecordedFiles& files) {
    if (!value.is_object()) return fail("files: must be an object");
    for (const auto& [path, content] : value.get_object()) {
      if (!read_file(path, content, files)) return false;
    }
    return true;
  }

  bool read_file(std::string_view path, const json::value& value, RecordedFiles& files) {
    const auto wrong = [&] {
      return fail("files." + clean_name(path) + ": must be a string, {\"hex\": ...} or {\"error\": ...}");
    };
    if (value.is_string()) {
      files.add_file(std::string(path), std::string(value.get_string()));
      return take("files", path, value.get_string().size());
    }
    if (!value.is_object() || value.get_object().size() != 1 || !value.get_object().begin()->value().is_string())
      return wrong();
    const auto& field = *value.get_object().begin();
    const std::string_view text = field.value().get_string();
    if (field.key() == "hex") {
      auto bytes = bytes_of(text);
      if (!bytes) return fail("files." + clean_name(path) + ".hex: must be pairs of lower-case hexadecimal digits");
      if (!take("files", path, bytes->size())) return false;
      files.add_file(std::string(path), std::move(*bytes));
      return true;
    }
    if (field.key() != "error") return wrong();
    for (const auto& [error, name] : kErrorNames) {
      if (name != text) continue;
      files.add_error(std::string(path), error);
      return take("files", path, 0);
    }
    return fail("files." + clean_name(path) + ".error: is none of the names that are known");
  }

  bool read_links(const json::value& value, RecordedFiles& files) {
    if (!value.is_object()) return fail("links: must be an object");
    for (const auto& [path, target] : value.get_object()) {
      if (!target.is_string() || target.get_string().size() > kPathBytesMax) {
        return fail("links." + clean_name(path) + ": must be a path of at most " + std::to_string(kPathBytesMax) +
                    " bytes");
      }
      if (!take("links", path, target.get_string().size())) return false;
      files.add_link(std::string(path), std::string(target.get_string()));
    }
    return true;
  }

  bool read_directories(const json::value& value, RecordedFiles& files) {
    if (!value.is_array()) return fail("directories: must be a list");
    for (const json::value& each : value.get_array()) {
      if (!each.is_string()) return fail("directories: must hold strings");
      if (!take("directories", each.get_string(), 0)) return false;
      files.add_directory(std::string(each.get_string()));
    }
    return true;
  }

  std::string error_;
  std::size_t entries_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::string save_recording(const Recording& recording) {
  std::string text = "{\"recording\": " + std::to_string(kRecordingVersion);
  const auto add = [&](std::string_view name, const json::value& value) {
    text += ",\n\"" + std::string(name) + "\": " + json::serialize(value);
  };
  add("taken_unix_ms", recording.taken_unix_ms);
  add("elapsed_ms", recording.elapsed_ms);
  add("hypervisor", json::string(recording.answers.hypervisor));
  json::array drivers;
  for (const OpenclDriver& driver : recording.answers.drivers) drivers.push_back(to_json(driver));
  add("drivers", drivers);
  json::array gpus;
  for (const GpuSample& gpu : recording.answers.library_gpus) gpus.push_back(to_json(gpu));
  add("library_gpus", gpus);
  if (recording.hwloc_xml) add("hwloc_xml", json::string(*recording.hwloc_xml));
  json::array directories;
  for (const std::string& path : recording.files.directories()) directories.push_back(json::string(path));
  add("directories", directories);
  text += ',';
  append_lines(text, "links", recording.files.links(),
               [](const std::string& target) { return json::value(json::string(target)); });
  text += ',';
  append_lines(text, "files", recording.files.files(), content_json);
  return text + "}\n";
}

std::expected<Recording, std::string> load_recording(std::string_view text) {
  if (text.size() > kRecordingFileBytesMax) {
    return std::unexpected("longer than " + std::to_string(kRecordingFileBytesMax) + " bytes");
  }
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  const json::value document = json::parse(text, error, {}, options);
  if (error) return std::unexpected("not JSON: " + error.message());
  return Loader().load(document);
}

}  // namespace quern::hwprobe
