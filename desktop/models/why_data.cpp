#include "desktop/models/why_data.hpp"

namespace quern::desktop::models {

namespace {

constexpr qsizetype kSentenceCharsMax = 2'048;

}  // namespace

QString WhyData::sentence() const {
  const QString& said = text.isEmpty() ? reason : text;
  return said.isEmpty() || detail.isEmpty() ? said : QStringLiteral("%1 (%2)").arg(said, detail);
}

QString WhyData::advice() const {
  return remedy.isEmpty() ? sentence() : QStringLiteral("%1: %2").arg(sentence(), remedy);
}

WhyData why_from(const Reading& why) {
  return {.reason = why.text("reason"),
          .text = why.text("text", kSentenceCharsMax),
          .detail = why.text("detail", kSentenceCharsMax),
          .remedy = why.text("remedy", kSentenceCharsMax)};
}

}  // namespace quern::desktop::models
