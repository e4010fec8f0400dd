#include "desktop/pages/receipt_export.hpp"

#include <QFileInfo>
#include <QSaveFile>
#include <utility>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/pages/background.hpp"
#include "desktop/pages/receipt_panel.hpp"

namespace quern::desktop::pages {

ReceiptExport::ReceiptExport(client::Connection& connection, QObject* parent)
    : QObject(parent), connection_(connection) {}

void ReceiptExport::start(const QString& path) {
  path_ = path;
  rows_ = 0;
  file_ = std::make_shared<QSaveFile>(path);
  call(std::nullopt);
}

void ReceiptExport::stop(const QString& why) {
  if (!running()) return;
  reply_.cancel();
  end(why);  // what is not committed is no file
}

void ReceiptExport::call(std::optional<std::int64_t> before) {
  boost::json::object params{{"limit", kPageRows}};
  if (before) params["before"] = *before;
  reply_ = connection_.call("receipt.list", std::move(params), this, [this, before](const client::Outcome& outcome) {
    if (!outcome) return end(models::failure_text(outcome.error()));
    take(models::receipts_from(*outcome), before);
  });
}

void ReceiptExport::take(models::ReceiptPage page, std::optional<std::int64_t> before) {
  rows_ += static_cast<std::int64_t>(page.rows.size());
  const auto next = page.next;
  if (next && (rows_ > kRowsMax || page.rows.empty() || (before && *next >= *before))) {
    return end(tr("the service's list of receipts does not end"));
  }
  in_background(
      this,
      [file = file_, path = path_, rows = std::move(page.rows), first = !before, last = !next] {
        const QByteArray text =
            ((first ? models::ReceiptModel::csv_head() : QString()) + models::ReceiptModel::csv_of(rows)).toUtf8();
        const bool open = !first || file->open(QIODevice::WriteOnly);
        const bool done = open && file->write(text) == text.size() && (!last || file->commit());
        return done ? QString() : not_written(path, file->errorString());
      },
      [this, next, file = file_](const QString& fault) {
        if (file != file_) return;  // it was stopped
        if (!fault.isEmpty() || !next) return end(fault);
        call(next);
      });
}

void ReceiptExport::end(const QString& fault) {
  file_.reset();
  Q_EMIT ended(QFileInfo(path_).fileName(), fault, rows_);
}

}  // namespace quern::desktop::pages
