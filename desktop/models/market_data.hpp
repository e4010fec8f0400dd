// Offers, quotes and jobs as values. Texts are harmless (plain_text) and bounded. Pure.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "desktop/models/json_reading.hpp"
#include "desktop/models/why_data.hpp"

namespace quern::desktop::models {

inline constexpr std::size_t kOffersMax = 20'000;  // rows: a device each
inline constexpr std::size_t kJobsMax = 2'048;     // a daemon keeps 1,000 that ended, beside 1,024 under way
inline constexpr std::size_t kJobsNewest = 100;    // as many the topic "jobs" tells of
inline constexpr std::size_t kTasksMax = 10'000;
inline constexpr std::size_t kAttemptsMax = 64;
inline constexpr std::size_t kOutputsMax = 1'000;

inline constexpr std::size_t kDevicesOfOfferMax = 64;

enum class DeviceType { other, cpu, gpu, accelerator };
QString device_type_name(DeviceType type);  // "gpu", as in queries and job descriptions

// Of a provider and its device; the id of offers and quotes.
QString offer_id(const QString& provider, const QString& device);
// A rate card by its names; what is absurd is left out.
std::vector<std::pair<QString, std::int64_t>> rates_from(const Reading& rates);
// What an hour of the device's time costs; absent when the rate is absurd.
std::optional<std::int64_t> hourly_of(const Reading& rates);

// One device of one provider, and what it costs.
struct OfferRow {
  QString id;  // of provider and device
  QString provider;
  QString device;
  QString name;
  DeviceType type = DeviceType::other;
  bool own = false;
  QString opencl_version;
  std::uint64_t compute_units = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t fp32_flops = 0;  // a second; 0: not measured, also below
  std::uint64_t fp64_flops = 0;
  std::uint64_t memory_bytes_per_second = 0;
  std::optional<std::int64_t> per_hour_micro;           // of the device's time alone
  std::int64_t setup_micro = 0;                         // once a task
  std::vector<std::pair<QString, std::int64_t>> rates;  // all of the rate card: "gib_in", micro-credits
  std::vector<QString> kinds;                           // of jobs
  std::uint64_t link_bytes_per_second = 0;
  std::uint64_t setup_ms = 0;
  std::uint64_t cpu_cores = 0;  // the most that a task may ask for, and below
  std::uint64_t host_memory_bytes = 0;
  std::uint64_t scratch_bytes = 0;
  std::uint64_t walltime_ms = 0;
  std::optional<std::int64_t> from_unix_ms;
  std::optional<std::int64_t> until_unix_ms;
  QString search_text;  // what a word of a query is looked for in, case-folded
  bool operator==(const OfferRow&) const = default;
  // FLOP of fp32 for a micro-credit; absent where speed or price are not known, or the price is 0.
  std::optional<std::uint64_t> flops_per_micro() const;
};
std::vector<OfferRow> offers_from(const boost::json::value& value);
struct OfferList {
  std::vector<OfferRow> rows;
  std::vector<std::size_t> ends;  // of each element of "offers" the end of its rows; empty if not all of it is in them
};
OfferList offer_list_from(const boost::json::value& value);
// The devices of one element of its "offers"; none of what is no offer.
std::vector<OfferRow> offer_from(const boost::json::value& element);

struct Span {
  std::int64_t low = 0;
  std::int64_t likely = 0;
  std::int64_t high = 0;
  bool operator==(const Span&) const = default;
};

// One device and what a job costs there, or why it cannot run there.
struct QuoteRow {
  QString id;  // as OfferRow::id
  QString provider;
  QString device;
  QString device_name;
  bool fits = false;
  WhyData why;  // when it does not fit
  Span cost_micro;
  std::optional<Span> total_ms;
  std::optional<std::int64_t> per_hour_micro;
  bool measured = false;  // from trials or earlier runs, not from the manifest's figures
  bool trial = false;     // it fits, but nothing tells what it takes there: the likeliest is the most
  bool priced() const { return fits && !trial; }
  bool operator==(const QuoteRow&) const = default;
};
// Of job.quote: the cheapest first, then those that are to be tried, the cheapest hour first, then those that do not
// fit.
std::vector<QuoteRow> quotes_from(const boost::json::value& value);

enum class JobState { unknown, queued, initializing, running, paused, complete, failed, canceling, canceled };
JobState job_state_from(QStringView tes_name);  // of GA4GH TES: "EXECUTOR_ERROR" has failed
bool is_end(JobState state);

struct JobRow {
  QString id;
  QString name;
  JobState state = JobState::unknown;
  std::optional<std::int64_t> submitted_unix_ms;
  std::optional<std::int64_t> ended_unix_ms;
  std::int64_t progress_permille = 0;
  std::uint64_t tasks = 0;
  std::uint64_t tasks_ended = 0;
  std::int64_t amount_micro = 0;
  WhyData why;
  bool operator==(const JobRow&) const = default;
};
// Of the topic "jobs" (an object by id) and of job.list (an array).
std::vector<JobRow> jobs_from(const boost::json::value& value);

struct AttemptData {
  QString provider;
  QString device;
  QString device_name;
  JobState state = JobState::unknown;
  std::int64_t progress_permille = 0;
  std::int64_t amount_micro = 0;
  WhyData why;
  std::optional<Span> quoted_micro;
  bool operator==(const AttemptData&) const = default;
};
struct TaskRow {
  std::uint64_t task = 0;
  JobState state = JobState::unknown;
  WhyData why;
  std::vector<AttemptData> attempts;  // the last is the one that counts
  bool operator==(const TaskRow&) const = default;
};
struct OutputData {
  QString path;
  std::uint64_t bytes = 0;
  QString digest;  // 64 hexadecimal digits
  bool operator==(const OutputData&) const = default;
};
// Topic "job/ID" and job.get.
struct JobDetail {
  JobRow job;
  std::vector<TaskRow> tasks;
  std::vector<OutputData> outputs;
  std::uint64_t log_bytes = 0;
  bool operator==(const JobDetail&) const = default;
};
JobDetail job_detail_from(const boost::json::value& value);

}  // namespace quern::desktop::models
