#include "desktop/widgets/key_value_list.hpp"

#include <QCoreApplication>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include <gtest/gtest.h>

namespace quern::desktop::widgets {
namespace {

TEST(KeyValueLists, AnIdIsWholeWhereItIsLongerThanTheList) {
  theme::Theme::instance().install();
  const QString id = QStringLiteral("12D3KooWJU8FtUQGNNaKimFyQMtASB1CqDDHvRLS4HLprm3p9mJv");
  QWidget panel;
  auto* column = new QVBoxLayout(&panel);
  auto* list = new KeyValueList;
  column->addWidget(list);
  column->addStretch(1);
  panel.resize(280, 400);
  list->set_rows({{.key = QStringLiteral("Provider"), .value = id}});
  panel.show();
  QCoreApplication::processEvents();
  const auto labels = list->findChildren<QLabel*>();
  const auto value =
      std::ranges::find_if(labels, [&](const QLabel* each) { return each->text().remove(QChar(0x200B)) == id; });
  ASSERT_NE(value, labels.end());
  EXPECT_GE((*value)->height(), (*value)->heightForWidth((*value)->width()));
  EXPECT_GE((*value)->height(), 2 * (*value)->fontMetrics().height());
  EXPECT_LE((*value)->width(), list->width());
}

TEST(KeyValueLists, AValueBelowItsKeyEndsWhereThoseBesideTheirsDo) {
  theme::Theme::instance().install();
  KeyValueList list;
  list.set_rows({{.key = QStringLiteral("a name that leaves no room"), .value = QStringLiteral("+0.00946 cr")},
                 {.key = QStringLiteral("text"), .value = QStringLiteral("that takes more than a line of this list")}});
  list.resize(180, 200);
  list.show();
  QCoreApplication::processEvents();
  const auto side = [&](const char* text) {
    for (const QLabel* each : list.findChildren<QLabel*>()) {
      if (each->text().startsWith(QString::fromLatin1(text))) return each->alignment() & Qt::AlignHorizontal_Mask;
    }
    return Qt::Alignment();
  };
  EXPECT_TRUE(side("+0.00946").testFlag(Qt::AlignRight));
  EXPECT_TRUE(side("that takes").testFlag(Qt::AlignLeft));
}

}  // namespace
}  // namespace quern::desktop::widgets
