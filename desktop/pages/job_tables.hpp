// How the tables of jobs, of tasks and of work look.
#pragma once
#include "desktop/theme/tokens.hpp"

class QModelIndex;

namespace quern::desktop::widgets {
class Table;
}

namespace quern::desktop::pages {

// By the kToneRole of that column in the row of the index.
theme::Tone tone_at(const QModelIndex& index, int column);
void dress_jobs(widgets::Table& table);
void dress_tasks(widgets::Table& table);
void dress_work(widgets::Table& table);

}  // namespace quern::desktop::pages
