#include "desktop/models/market_data.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t kSecondsPerHour = 3'600;
constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr std::size_t kKindsMax = 16;
constexpr std::size_t kRatesMax = 32;

// There are thousands of offers: the names that all have are shared.
std::optional<QString> rate_name(std::string_view name) {
  static const std::map<std::string, QString, std::less<>> kNames = [] {
    std::map<std::string, QString, std::less<>> names;
    for (const char* const each : {"setup", "device_second", "cpu_core_second", "memory_gib_second", "gib_in",
                                   "gib_out", "million_tokens_in", "million_tokens_cached", "million_tokens_out"}) {
      names.emplace(each, QString::fromLatin1(each));
    }
    return names;
  }();
  const auto found = kNames.find(name);
  return found == kNames.end() ? id_of(name) : found->second;
}

DeviceType type_from(const QString& name) {
  if (name == QStringLiteral("gpu")) return DeviceType::gpu;
  if (name == QStringLiteral("cpu")) return DeviceType::cpu;
  return name == QStringLiteral("accelerator") ? DeviceType::accelerator : DeviceType::other;
}

std::uint64_t duration_or_zero(const Reading& read, std::string_view key) {
  return read.size_or_zero(key, static_cast<std::uint64_t>(kDurationMaxMs));
}

void read_device(const Reading& device, OfferRow& row) {
  row.name = device.text("name");
  row.type = type_from(device.text("type", 32));
  row.opencl_version = device.text("opencl_version", 16);
  row.compute_units = device.size_or_zero("compute_units", kCountMax);
  row.memory_bytes = device.size_or_zero("global_memory_bytes");
  row.fp32_flops = device.size_or_zero("fp32_flops");
  row.fp64_flops = device.size_or_zero("fp64_flops");
  row.memory_bytes_per_second = device.size_or_zero("memory_bytes_per_second");
  const Reading rates = device.object("rates");
  row.rates = rates_from(rates);
  if (rates.there()) row.per_hour_micro = hourly_of(rates);
  row.setup_micro = rates.integer_or("setup", 0, kMicroMax, 0);
}

void read_terms(const Reading& offer, OfferRow& row) {
  row.own = offer.flag_or("own", false);
  row.kinds = offer.texts("kinds", kKindsMax, 64);
  row.link_bytes_per_second = offer.size_or_zero("link_bytes_per_second");
  row.setup_ms = duration_or_zero(offer, "setup_ms");
  const Reading limits = offer.object("limits");
  row.cpu_cores = limits.size_or_zero("cpu_cores", kCountMax);
  row.host_memory_bytes = limits.size_or_zero("memory_bytes");
  row.scratch_bytes = limits.size_or_zero("scratch_bytes");
  row.walltime_ms = duration_or_zero(limits, "walltime_ms");
  row.from_unix_ms = offer.time_ms("from_unix_ms");
  row.until_unix_ms = offer.time_ms("until_unix_ms");
}

// `rows` grows to `most` at most.
void read_offer(const Reading& offer, std::size_t most, std::vector<OfferRow>& rows) {
  const auto provider = offer.id("provider");
  if (!provider) return;
  OfferRow terms;
  terms.provider = *provider;
  read_terms(offer, terms);
  for (const Reading& device : offer.objects("devices", kDevicesOfOfferMax)) {
    const auto id = device.id("id");
    if (!id || rows.size() >= most) continue;
    OfferRow& row = rows.emplace_back(terms);
    row.device = *id;
    row.id = offer_id(row.provider, row.device);
    read_device(device, row);
    row.search_text = QString(row.name + QLatin1Char('\n') + row.provider + QLatin1Char('\n') +
                              device_type_name(row.type) + QLatin1Char('\n') + row.device)
                          .toCaseFolded();
  }
}

Span span_of(const Reading& read, const char* low, const char* likely, const char* high, std::int64_t most) {
  return {.low = read.integer_or(low, 0, most, 0),
          .likely = read.integer_or(likely, 0, most, 0),
          .high = read.integer_or(high, 0, most, 0)};
}

Span cost_from(const Reading& read) {
  return span_of(read, "low_micro", "likely_micro", "high_micro", kMicroMax);
}

QuoteRow quote_from(const Reading& read, const QString& provider, const QString& device) {
  QuoteRow row;
  row.id = offer_id(provider, device);
  row.provider = provider;
  row.device = device;
  row.device_name = read.text("device_name");
  row.why = why_from(read.object("why"));
  const Reading quote = read.object("quote");
  row.fits = quote.there();
  row.cost_micro = cost_from(quote);
  if (const Reading total = quote.object("total_ms"); total.there()) {
    row.total_ms = span_of(total, "low", "likely", "high", kDurationMaxMs);
  }
  row.per_hour_micro = quote.integer("per_hour_micro", 0, kMicroMax);
  row.measured = quote.flag_or("measured", false);
  row.trial = quote.flag_or("trial", false);
  return row;
}

JobRow job_from(const Reading& read, const QString& id) {
  return {.id = id,
          .name = read.text("name"),
          .state = job_state_from(read.text("state", 32)),
          .submitted_unix_ms = read.time_ms("submitted_unix_ms"),
          .ended_unix_ms = read.time_ms("ended_unix_ms"),
          .progress_permille = read.permille("progress_permille").value_or(0),
          .tasks = read.size_or_zero("tasks", kCountMax),
          .tasks_ended = read.size_or_zero("tasks_ended", kCountMax),
          .amount_micro = read.micro_or_zero("amount_micro"),
          .why = why_from(read.object("why"))};
}

TaskRow task_from(const Reading& read, std::uint64_t number) {
  TaskRow task{.task = number,
               .state = job_state_from(read.text("state", 32)),
               .why = why_from(read.object("why")),
               .attempts = {}};
  for (const Reading& attempt : read.objects("attempts", kAttemptsMax)) {
    AttemptData& row = task.attempts.emplace_back();
    row.provider = attempt.text("provider");
    row.device = attempt.text("device");
    row.device_name = attempt.text("device_name");
    row.state = job_state_from(attempt.text("state", 32));
    row.progress_permille = attempt.permille("progress_permille").value_or(0);
    row.amount_micro = attempt.micro_or_zero("amount_micro");
    row.why = why_from(attempt.object("why"));
    if (const Reading quoted = attempt.object("quoted"); quoted.there()) row.quoted_micro = cost_from(quoted);
  }
  return task;
}

}  // namespace

QString offer_id(const QString& provider, const QString& device) {
  return provider + QLatin1Char('/') + device;
}

std::vector<std::pair<QString, std::int64_t>> rates_from(const Reading& rates) {
  std::vector<std::pair<QString, std::int64_t>> list;
  if (!rates.there()) return list;
  list.reserve(std::min(rates.members()->size(), kRatesMax));
  for (const auto& [key, value] : *rates.members()) {
    const std::string_view name(key.data(), key.size());
    const auto rate = rates.integer(name, 0, kMicroMax);
    if (list.size() == kRatesMax) break;
    if (const auto id = rate ? rate_name(name) : std::nullopt) list.emplace_back(*id, *rate);
  }
  return list;
}

// What is not on a rate card is free.
std::optional<std::int64_t> hourly_of(const Reading& rates) {
  if (!rates.has("device_second")) return 0;
  const auto rate = rates.integer("device_second", 0, kMicroMax / kSecondsPerHour);
  return rate ? std::optional(*rate * kSecondsPerHour) : std::nullopt;
}

std::optional<std::uint64_t> OfferRow::flops_per_micro() const {
  const std::int64_t price = per_hour_micro.value_or(0);
  if (fp32_flops == 0 || price <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(Wide{fp32_flops} * kSecondsPerHour / static_cast<std::uint64_t>(price));
}

std::vector<OfferRow> offers_from(const json::value& value) {
  return offer_list_from(value).rows;
}

OfferList offer_list_from(const json::value& value) {
  OfferList list;
  const json::object* const object = value.if_object();
  const json::value* const offers = object ? object->if_contains("offers") : nullptr;
  const json::array* const elements = offers ? offers->if_array() : nullptr;
  if (!elements) return list;
  const std::size_t most = std::min(elements->size(), kOffersMax);
  list.rows.reserve(most);  // one device each, as a rule
  list.ends.reserve(most);
  for (std::size_t at = 0; at < most; ++at) {
    if ((*elements)[at].is_object()) read_offer(Reading((*elements)[at]), kOffersMax, list.rows);
    list.ends.push_back(list.rows.size());
  }
  if (most < elements->size() || list.rows.size() >= kOffersMax) list.ends.clear();
  return list;
}

std::vector<OfferRow> offer_from(const json::value& element) {
  std::vector<OfferRow> rows;
  if (element.is_object()) read_offer(Reading(element), kDevicesOfOfferMax, rows);
  return rows;
}

QString device_type_name(DeviceType type) {
  switch (type) {
    case DeviceType::cpu:
      return QStringLiteral("cpu");
    case DeviceType::gpu:
      return QStringLiteral("gpu");
    case DeviceType::accelerator:
      return QStringLiteral("accelerator");
    case DeviceType::other:
      break;
  }
  return QStringLiteral("other");
}

std::vector<QuoteRow> quotes_from(const json::value& value) {
  std::vector<QuoteRow> rows;
  for (const Reading& read : Reading(value).objects("rows", kOffersMax)) {
    const auto provider = read.id("provider");
    const auto device = read.id("device");
    if (provider && device) rows.push_back(quote_from(read, *provider, *device));
  }
  std::ranges::sort(rows, [](const QuoteRow& a, const QuoteRow& b) {
    if (a.fits != b.fits) return a.fits;
    if (a.trial != b.trial) return b.trial;
    if (a.trial && a.per_hour_micro != b.per_hour_micro) return a.per_hour_micro < b.per_hour_micro;
    if (a.priced() && a.cost_micro.likely != b.cost_micro.likely) return a.cost_micro.likely < b.cost_micro.likely;
    return a.id < b.id;
  });
  return rows;
}

JobState job_state_from(QStringView tes_name) {
  static const std::map<QString, JobState> kStates{
      {QStringLiteral("QUEUED"), JobState::queued},       {QStringLiteral("INITIALIZING"), JobState::initializing},
      {QStringLiteral("RUNNING"), JobState::running},     {QStringLiteral("PAUSED"), JobState::paused},
      {QStringLiteral("COMPLETE"), JobState::complete},   {QStringLiteral("EXECUTOR_ERROR"), JobState::failed},
      {QStringLiteral("SYSTEM_ERROR"), JobState::failed}, {QStringLiteral("PREEMPTED"), JobState::failed},
      {QStringLiteral("CANCELING"), JobState::canceling}, {QStringLiteral("CANCELED"), JobState::canceled}};
  const auto found = kStates.find(tes_name.toString());
  return found == kStates.end() ? JobState::unknown : found->second;
}

bool is_end(JobState state) {
  return state == JobState::complete || state == JobState::failed || state == JobState::canceled;
}

std::vector<JobRow> jobs_from(const json::value& value) {
  std::vector<JobRow> jobs;
  const Reading read(value);
  if (const Reading by_id = read.object("jobs"); by_id.there()) {
    for (const auto& [key, job] : *by_id.members()) {
      const auto id = id_of(key);
      if (id && job.is_object() && jobs.size() < kJobsMax) jobs.push_back(job_from(Reading(job), *id));
    }
    return jobs;
  }
  for (const Reading& job : read.objects("jobs", kJobsMax)) {
    if (const auto id = job.id("id")) jobs.push_back(job_from(job, *id));
  }
  return jobs;
}

JobDetail job_detail_from(const json::value& value) {
  constexpr std::uint64_t kLogBytesMax = std::uint64_t{1} << 50;
  const Reading read(value);
  JobDetail detail;
  detail.job = job_from(read, read.id("id").value_or(QString()));
  for (const Reading& task : read.objects("tasks_list", kTasksMax)) {
    if (const auto number = task.size("task", kCountMax)) detail.tasks.push_back(task_from(task, *number));
  }
  for (const Reading& output : read.objects("outputs", kOutputsMax)) {
    const auto digest = output.id("digest");
    if (!digest) continue;
    detail.outputs.push_back(
        {.path = output.text("path", 1'024), .bytes = output.size_or_zero("bytes"), .digest = *digest});
  }
  detail.log_bytes = read.size_or_zero("log_bytes", kLogBytesMax);
  return detail;
}

}  // namespace quern::desktop::models
