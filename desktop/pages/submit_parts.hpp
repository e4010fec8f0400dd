// Pieces that SubmitPage is put together from.
#pragma once
#include <QVector>

#include "desktop/models/quantity_text.hpp"
#include "desktop/pages/job_folder.hpp"
#include "desktop/widgets/key_value_list.hpp"

class QAbstractItemModel;
class QComboBox;
class QPushButton;
class QWidget;

namespace quern::desktop::widgets {
class ElidedLabel;
class PriceSpin;
class Table;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

struct TermsCard {
  QWidget* card = nullptr;        // owns the others
  QComboBox* strategy = nullptr;  // the data of its entries are the names that job.submit knows
  widgets::PriceSpin* budget = nullptr;
  widgets::TextLabel* note = nullptr;  // of the budget
  widgets::ElidedLabel* preferred = nullptr;
  QPushButton* anywhere = nullptr;
};
TermsCard make_terms_card();

// Of the columns of QuoteModel.
widgets::Table* make_quote_table(QAbstractItemModel& quotes);

// What a manifest says, for people.
QVector<widgets::KeyValue> summary_rows(const JobFolder& job, const models::QuantityText& text);

}  // namespace quern::desktop::pages
