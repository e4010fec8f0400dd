// The daemons that the app knows: add, change, remove, and choose the one to be connected to. What is wrong with an
// entry is said below it, and it is not kept.
#pragma once
#include <QDialog>
#include <QString>

#include "desktop/client/profile.hpp"

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace quern::desktop::widgets {
class SegmentedControl;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::app {

class ProfilesDialog : public QDialog {
  Q_OBJECT
 public:
  // `profiles` outlives it.
  explicit ProfilesDialog(client::Profiles& profiles, QWidget* parent = nullptr);

 private:
  QWidget* make_faults();
  QWidget* make_list();
  QWidget* make_form();
  QWidget* make_foot();
  void fill();
  void show_selected();
  void show_place();
  client::Profile edited() const;
  void add();
  void remove();
  bool save();
  void connect_to();

  client::Profiles& profiles_;
  QListWidget* list_;
  QLineEdit* name_;
  widgets::SegmentedControl* place_;
  QLabel* socket_label_;
  QLineEdit* socket_;
  QLabel* url_label_;
  QLineEdit* url_;
  QLabel* token_label_;
  QLineEdit* token_;
  QLabel* ca_label_;
  QLineEdit* ca_;
  widgets::TextLabel* fault_;
  QPushButton* remove_;
  QPushButton* save_;
  QPushButton* connect_;
  QString old_name_;  // of the entry that is edited; empty: a new one
};

}  // namespace quern::desktop::app
