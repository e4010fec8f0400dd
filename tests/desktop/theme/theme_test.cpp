#include "desktop/theme/theme.hpp"

#include <QApplication>
#include <QFontInfo>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <cmath>

#include <gtest/gtest.h>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/style_sheet.hpp"
#include "desktop/theme/tabular.hpp"

namespace quern::desktop::theme {
namespace {

struct Pair {
  const char* what;
  QColor ink;
  QColor ground;
  double least;
};

QVector<Pair> pairs(const Tokens& t) {
  QVector<Pair> all;
  const QVector<std::pair<const char*, QColor>> grounds{{"window", t.window},   {"sidebar", t.sidebar},
                                                        {"surface", t.surface}, {"sunken", t.surface_sunken},
                                                        {"hover", t.hover},     {"accent_soft", t.accent_soft}};
  for (const auto& [what, ground] : grounds) {
    all.append({what, t.text, ground, 12});
    all.append({what, t.muted, ground, 4.5});
    all.append({what, t.faint, ground, 4.5});
    all.append({what, t.accent_text, ground, 4.5});
  }
  for (const QColor& ground : {t.window, t.surface, t.surface_sunken, t.hover, t.accent_soft}) {
    for (const QColor& ink : {t.ok, t.warn, t.bad}) all.append({"state on a ground", ink, ground, 4.5});
  }
  for (const Tone tone : {Tone::neutral, Tone::accent, Tone::ok, Tone::warn, Tone::bad}) {
    all.append({"pill", tone_colors(t, tone).ink, tone_colors(t, tone).soft, 4.5});
    all.append({"text of a banner", t.text, tone_colors(t, tone).soft, 4.5});
    all.append({"raised pill", tone_colors(t, tone).ink, t.surface, 4.5});
  }
  all.append({"primary button", t.on_accent, t.accent, 4.5});
  all.append({"primary button below the mouse", t.on_accent, t.accent_hover, 4.5});
  all.append({"tool tip", t.tip_text, t.tip_ground, 4.5});
  for (const QColor& ink : {t.log_text, t.faint, t.warn, t.bad}) all.append({"log", ink, t.log_ground, 4.5});
  for (const QColor& color : t.series) all.append({"series", color, t.surface, 3});
  return all;
}

TEST(Tokens, EveryTextIsReadableOnEveryGroundThatItStandsOn) {
  for (const Tokens* tokens : {&light_tokens(), &dark_tokens()}) {
    for (const Pair& pair : pairs(*tokens)) {
      EXPECT_GE(contrast(pair.ink, pair.ground), pair.least)
          << (tokens->dark ? "dark " : "light ") << pair.what << " " << pair.ink.name().toStdString() << " on "
          << pair.ground.name().toStdString();
    }
  }
}

TEST(Tokens, TheLabelOfATileIsReadableAtEveryHeat) {
  for (const Tokens* tokens : {&light_tokens(), &dark_tokens()}) {
    for (int permille = 0; permille <= 1000; permille += 5) {
      const QColor ground = heat(*tokens, permille);
      EXPECT_GE(contrast(ink_on(*tokens, ground), ground), 4.5) << permille;
    }
  }
}

TEST(Tokens, HeatGrowsWithTheLoadAndTakesAnyNumber) {
  const Tokens& t = light_tokens();
  EXPECT_EQ(heat(t, -7), heat(t, 0));
  EXPECT_EQ(heat(t, 1 << 30), heat(t, 1000));
  EXPECT_LT(contrast(heat(t, 200), t.surface), contrast(heat(t, 900), t.surface));
}

TEST(Tokens, ContrastIsTheOneOfWcag) {
  EXPECT_NEAR(contrast(Qt::black, Qt::white), 21, 0.01);
  EXPECT_NEAR(contrast(Qt::white, Qt::white), 1, 0.01);
  EXPECT_NEAR(contrast(QColor(0x777777), QColor(Qt::white)), 4.48, 0.01);
}

TEST(Theme, SwitchesAllWidgetsAtOnceAndSaysSo) {
  Theme& theme = Theme::instance();
  theme.install();
  theme.set_mode(Mode::light);
  QLabel label(QStringLiteral("muted"));
  label.setProperty("ink", QStringLiteral("muted"));
  label.show();
  EXPECT_EQ(label.palette().color(QPalette::WindowText), light_tokens().muted);
  QSignalSpy changed(&theme, &Theme::changed);
  theme.set_mode(Mode::dark);
  EXPECT_EQ(changed.count(), 1);
  EXPECT_TRUE(theme.dark());
  EXPECT_EQ(QApplication::palette().color(QPalette::Window), dark_tokens().window);
  EXPECT_EQ(label.palette().color(QPalette::WindowText), dark_tokens().muted);
  theme.set_mode(Mode::dark);
  EXPECT_EQ(changed.count(), 1) << "nothing changed";
  theme.set_mode(Mode::light);
}

TEST(Theme, FollowsTheSystemOnlyWhereAskedTo) {
  Theme& theme = Theme::instance();
  theme.set_mode(Mode::light);
  theme.set_system_dark(true);
  EXPECT_FALSE(theme.dark());
  theme.set_mode(Mode::system);
  EXPECT_TRUE(theme.dark());
  theme.set_system_dark(false);
  EXPECT_FALSE(theme.dark());
}

TEST(Theme, TextGrowsWithTheUsersSizeWithinBounds) {
  Theme& theme = Theme::instance();
  theme.install();
  const int before = theme.body_pixels();
  EXPECT_GE(before, Theme::kBodyPixels);
  EXPECT_EQ(theme.font(FontRole::body).pixelSize(), before);
  theme.set_text_percent(140);
  EXPECT_EQ(theme.body_pixels(), before * 140 / 100);
  EXPECT_GT(theme.font(FontRole::figure).pixelSize(), theme.font(FontRole::page).pixelSize());
  EXPECT_EQ(QApplication::font().pixelSize(), theme.body_pixels());
  theme.set_text_percent(100'000);
  EXPECT_LE(theme.body_pixels(), Theme::kBodyPixelsMax);
  theme.set_text_percent(100);
  EXPECT_EQ(theme.body_pixels(), before);
}

TEST(Theme, EveryPlaceholderOfTheSheetIsFilled) {
  for (const Tokens* tokens : {&light_tokens(), &dark_tokens()}) {
    const QString sheet = style_sheet(*tokens, 13);
    EXPECT_FALSE(sheet.contains(u'@')) << sheet.mid(sheet.indexOf(u'@'), 30).toStdString();
    EXPECT_FALSE(sheet.contains(QRegularExpression(QStringLiteral("#\\d+#"))));
  }
}

TEST(Theme, FontsNameFallbacks) {
  EXPECT_GT(font(FontRole::body).families().size(), 3);
  EXPECT_GT(font(FontRole::mono).families().size(), 2);
  EXPECT_TRUE(QFontInfo(font(FontRole::mono)).fixedPitch());
}

double ink_share(const QImage& image, const QColor& color) {
  int inked = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      const QColor pixel = image.pixelColor(x, y);
      inked += pixel.alpha() > 90 && std::abs(pixel.red() - color.red()) < 6 &&
                       std::abs(pixel.green() - color.green()) < 6 && std::abs(pixel.blue() - color.blue()) < 6
                   ? 1
                   : 0;
    }
  }
  return 1.0 * inked / (image.width() * image.height());
}

TEST(Icons, EachIsThereAndTakesTheColourItIsPaintedIn) {
  load_icons();
  for (int at = 0; at < kGlyphs; ++at) {
    const auto glyph = static_cast<Glyph>(at);
    for (const int side : {20, 24, 48}) {
      QImage image(side, side, QImage::Format_ARGB32_Premultiplied);
      image.fill(Qt::transparent);
      QPainter painter(&image);
      paint_icon(painter, image.rect(), glyph, QColor(200, 30, 90));
      painter.end();
      EXPECT_GT(ink_share(image, QColor(200, 30, 90)), 0.002) << glyph_name(glyph).toStdString() << " at " << side;
    }
  }
}

TEST(Icons, FollowTheThemeWithoutBeingMadeAgain) {
  Theme& theme = Theme::instance();
  theme.set_mode(Mode::light);
  const QIcon play = icon(Glyph::play);
  EXPECT_GT(ink_share(play.pixmap(48).toImage(), light_tokens().muted), 0.01);
  theme.set_mode(Mode::dark);
  EXPECT_GT(ink_share(play.pixmap(48).toImage(), dark_tokens().muted), 0.01);
  theme.set_mode(Mode::light);
}

TEST(Icons, AreDrawnForTheScaleOfTheScreen) {
  EXPECT_EQ(icon(Glyph::gpu).pixmap(QSize(20, 20), 2.0).size(), QSize(40, 40));
  EXPECT_EQ(icon(Glyph::gpu).pixmap(QSize(20, 20), 1.25).size(), QSize(25, 25));
}

TEST(Tabular, NumbersOfAsManyDigitsAreAsWide) {
  const QFont face = font(FontRole::body);
  EXPECT_DOUBLE_EQ(tabular_width(QStringLiteral("1,111.11"), face), tabular_width(QStringLiteral("8,888.88"), face));
  EXPECT_GT(tabular_width(QStringLiteral("11"), face), tabular_width(QStringLiteral("1"), face));
  EXPECT_EQ(tabular_width(QString(), face), 0);
  EXPECT_LT(tabular_width(QString(100'000, u'7'), face), 2000);
}

TEST(Tabular, DrawsInsideOfItsBox) {
  QImage image(200, 40, QImage::Format_ARGB32_Premultiplied);
  for (const Qt::AlignmentFlag side : {Qt::AlignLeft, Qt::AlignRight, Qt::AlignHCenter}) {
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setFont(font(FontRole::body));
    painter.setPen(Qt::black);
    draw_tabular(painter, QRectF(50, 5, 100, 30), side, QStringLiteral("1,234.50 cr"));
    painter.end();
    EXPECT_EQ(ink_share(image.copy(0, 0, 48, 40), Qt::black), 0);
    EXPECT_EQ(ink_share(image.copy(152, 0, 48, 40), Qt::black), 0);
    EXPECT_GT(ink_share(image, Qt::black), 0.002);
  }
}

// The widest column without ink between two with: where it begins, and how wide it is.
std::pair<int, int> widest_gap(const QImage& image) {
  std::pair<int, int> widest{0, 0};
  int last = -1;
  for (int x = 0; x < image.width(); ++x) {
    bool ink = false;
    for (int y = 0; y < image.height(); ++y) ink = ink || qGray(image.pixel(x, y)) < 215;
    if (!ink) continue;
    if (last >= 0 && x - last > widest.second) widest = {last, x - last};
    last = x;
  }
  return widest;
}

TEST(Tabular, PartsOfATextFromRightToLeftStandWhereTheyStandInAnyOtherText) {
  const auto drawn = [](const auto& draw) {
    QImage image(200, 40, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setLayoutDirection(Qt::RightToLeft);
    painter.setFont(font(FontRole::body));
    painter.setPen(Qt::black);
    draw(painter, QRectF(10, 5, 180, 30));
    painter.end();
    return widest_gap(image);
  };
  for (const QString& text : {QStringLiteral("[\u05d2\u05e6 0.8102]"), QStringLiteral("11.3\u00a0GiB"),
                              QStringLiteral("7 \u05d2\u05e6\u05d2\u05e6")}) {
    const auto plain = drawn([&](QPainter& painter, const QRectF& box) {
      painter.setLayoutDirection(text.isRightToLeft() ? Qt::RightToLeft : Qt::LeftToRight);
      painter.drawText(box, Qt::AlignLeft | Qt::AlignAbsolute | Qt::AlignVCenter | Qt::TextSingleLine, text);
    });
    const auto tabular =
        drawn([&](QPainter& painter, const QRectF& box) { draw_tabular(painter, box, Qt::AlignLeft, text); });
    EXPECT_NEAR(tabular.first, plain.first, 6) << text.toStdString() << ": slots are a little wider";
    EXPECT_NEAR(tabular.second, plain.second, 2) << text.toStdString();
  }
}

}  // namespace
}  // namespace quern::desktop::theme
