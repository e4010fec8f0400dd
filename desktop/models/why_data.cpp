#include "desktop/models/why_data.hpp"

#include "desktop/models/reason_text.hpp"

namespace quern::desktop::models {

namespace {

constexpr qsizetype kSentenceCharsMax = 2'048;

}  // namespace

QString WhyData::way_out() const {
  return ReasonText::remedy(reason, remedy);
}

QString WhyData::sentence() const {
  const QString said = ReasonText::what(reason, text.isEmpty() ? reason : text);
  return said.isEmpty() || detail.isEmpty() ? said : QStringLiteral("%1 (%2)").arg(said, detail);
}

QString WhyData::advice() const {
  return remedy.isEmpty() ? sentence() : QStringLiteral("%1: %2").arg(sentence(), way_out());
}

WhyData why_from(const Reading& why) {
  return {.reason = why.text("reason"),
          .text = why.text("text", kSentenceCharsMax),
          .detail = why.text("detail", kSentenceCharsMax),
          .remedy = why.text("remedy", kSentenceCharsMax)};
}

}  // namespace quern::desktop::models
