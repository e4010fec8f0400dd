// The form that makes a job of one kernel of a .cl file: which kernel, how many work items, what its arguments are.
#pragma once
#include <QByteArray>
#include <QString>
#include <QWidget>
#include <cstdint>
#include <expected>
#include <vector>

#include "desktop/models/kernel_draft.hpp"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace quern::desktop::pages {

class KernelForm : public QWidget {
  Q_OBJECT
 public:
  explicit KernelForm(QWidget* parent = nullptr);

  // `source` is the text of the file, whose digest and size are given.
  void set_source(const QString& file_name, const QString& source, const QString& digest, std::uint64_t bytes);
  // Of what stands in the fields; the error names the field.
  std::expected<QByteArray, QString> manifest() const;

 Q_SIGNALS:
  void changed();  // by the user

 private:
  struct Field {
    QLineEdit* value = nullptr;
    QCheckBox* output = nullptr;  // of a buffer that the kernel writes
  };
  void make_fields();
  QWidget* field_of(const models::KernelArgument& argument);
  const models::KernelSignature* kernel() const;

  QFormLayout* form_;
  QLineEdit* name_;
  QComboBox* kernel_;
  QLineEdit* size_;
  QLineEdit* options_;
  QSpinBox* seconds_;
  models::KernelDraft draft_;
  std::vector<models::KernelSignature> kernels_;
  std::vector<Field> fields_;
};

}  // namespace quern::desktop::pages
