// GoogleTest under a QApplication: widgets need one, and only one a process. Without a screen, unless one is named.
#include <QtGlobal>

#include <gtest/gtest.h>

#include "tests/desktop/stall_watch.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  const quern::desktop::WatchedApplication application(argc, argv);
  return RUN_ALL_TESTS();
}
