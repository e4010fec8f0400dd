#include "desktop/pages/job_tables.hpp"

#include <QModelIndex>
#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "desktop/models/job_models.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/pages/model_tone.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/table_cells.hpp"

namespace quern::desktop::pages {

using models::JobModel;
using models::JobState;
using models::TaskModel;
using models::WorkModel;
using widgets::Cell;

namespace {

// As wide as the words for states are in this language; those that pass soon may be cut where there is little room.
int state_width(std::initializer_list<JobState> passing = {}) {
  constexpr int kLeastWidth = 112;
  qreal widest = 0;
  for (const JobState state : {JobState::queued, JobState::initializing, JobState::running, JobState::paused,
                               JobState::complete, JobState::failed, JobState::canceling, JobState::canceled}) {
    if (std::ranges::find(passing, state) != passing.end()) continue;
    widest = std::max(widest, widgets::pill_size(models::job_state_text(state)).width());
  }
  return std::max(kLeastWidth,
                  static_cast<int>(std::ceil(widest * 100 / theme::scaled(100))) + 2 * widgets::kCellPadding);
}

}  // namespace

theme::Tone tone_at(const QModelIndex& index, int column) {
  return cell_tone(index.siblingAtColumn(column));
}

void dress_jobs(widgets::Table& table) {
  const auto tone = [](const QModelIndex& index) { return tone_at(index, JobModel::kState); };
  table.set_column(JobModel::kName,
                   {.cell = Cell::strong, .width = 200, .stretch = true, .second_line_role = models::kSubTextRole});
  table.set_column(JobModel::kState, {.cell = Cell::pill, .width = state_width({JobState::canceling}), .tone = tone});
  table.set_column(JobModel::kProgress, {.cell = Cell::bar,
                                         .priority = 3,
                                         .width = 140,
                                         .roomy = 190,
                                         .permille_role = models::kProgressRole,
                                         .tone = tone});
  table.set_column(JobModel::kWhere, {.priority = 1,
                                      .width = 150,
                                      .stretch = true,
                                      .elide = Qt::ElideMiddle,
                                      .second_line_role = models::kSubTextRole});
  table.set_column(JobModel::kElapsed,
                   {.cell = Cell::number, .priority = 2, .width = 116, .second_line_role = models::kSubTextRole});
  table.set_column(JobModel::kCost, {.cell = Cell::number, .width = 116});
  table.set_column(JobModel::kSubmitted, {.cell = Cell::muted, .priority = 4, .width = 166});
  table.set_note_role(models::kNoteRole);
  table.set_note_tone([tone](const QModelIndex& index) {
    const theme::Tone of_state = tone(index);
    return of_state == theme::Tone::bad || of_state == theme::Tone::warn ? of_state : theme::Tone::neutral;
  });
}

void dress_tasks(widgets::Table& table) {
  const auto tone = [](const QModelIndex& index) { return tone_at(index, TaskModel::kState); };
  table.set_column(TaskModel::kTask, {.cell = Cell::number, .width = 84});
  table.set_column(TaskModel::kState, {.cell = Cell::pill, .width = state_width(), .tone = tone});
  table.set_column(
      TaskModel::kProgress,
      {.cell = Cell::bar, .priority = 1, .width = 170, .permille_role = models::kProgressRole, .tone = tone});
  table.set_column(TaskModel::kDevice, {.width = 150, .stretch = true});
  table.set_column(TaskModel::kProvider, {.cell = Cell::muted, .priority = 2, .width = 112});
  table.set_column(TaskModel::kAttempts, {.cell = Cell::number, .priority = 3, .width = 90});
  table.set_column(TaskModel::kCost, {.cell = Cell::number, .width = 110});
}

void dress_work(widgets::Table& table) {
  const auto tone = [](const QModelIndex& index) { return tone_at(index, WorkModel::kState); };
  table.set_column(WorkModel::kName,
                   {.cell = Cell::strong, .width = 190, .stretch = true, .second_line_role = models::kSubTextRole});
  table.set_column(WorkModel::kState, {.cell = Cell::pill, .width = 112, .tone = tone});
  table.set_column(
      WorkModel::kProgress,
      {.cell = Cell::bar, .priority = 2, .width = 200, .permille_role = models::kProgressRole, .tone = tone});
  table.set_column(WorkModel::kDevice, {.cell = Cell::text, .priority = 3, .width = 160, .stretch = true});
  table.set_column(WorkModel::kPeer, {.cell = Cell::muted, .priority = 4, .width = 112});
  table.set_column(WorkModel::kElapsed,
                   {.cell = Cell::number, .priority = 1, .width = 120, .second_line_role = models::kSubTextRole});
  table.set_column(WorkModel::kEarned, {.cell = Cell::number, .width = 110});
}

}  // namespace quern::desktop::pages
