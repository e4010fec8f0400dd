// What every model of this folder answers beside the roles of Qt. Text for screen readers is Qt::AccessibleTextRole.
#pragma once
#include <Qt>

namespace quern::desktop::models {

enum Role {
  kSortRole = Qt::UserRole + 1,  // qint64, or QString where a column holds names; QVariant() sorts last
  kIdRole,                       // QString, of the row; the same in all columns
  kSubTextRole,                  // QString: the second line of a cell
  kToneRole,                     // int: Tone
  kProgressRole,                 // int: permille, or nothing
  kWholeTextRole,                // QString: for tool tips and copying, where the cell shows it shortened
  kNoteRole,  // QString: what is said below the row of this column: of the first, and of those not shown
};
enum class Tone { plain, muted, good, warn, bad, accent };

}  // namespace quern::desktop::models
