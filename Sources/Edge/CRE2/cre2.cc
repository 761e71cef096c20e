#include "cre2.h"

#include <re2/re2.h>

#include <vector>

struct tocsin_re2 {
  RE2 expression;
  tocsin_re2(re2::StringPiece pattern, const RE2::Options &options)
      : expression(pattern, options) {}
};

tocsin_re2 *tocsin_re2_new(
    const char *pattern, size_t length, bool dot_matches_newline, int64_t max_memory) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(dot_matches_newline);
  options.set_max_mem(max_memory);
  return new tocsin_re2(re2::StringPiece(pattern, length), options);
}

void tocsin_re2_free(tocsin_re2 *expression) { delete expression; }

const char *tocsin_re2_error(const tocsin_re2 *expression) {
  return expression->expression.ok() ? nullptr : expression->expression.error().c_str();
}

bool tocsin_re2_match(
    const tocsin_re2 *expression, const char *text, size_t length, size_t from, bool anchored,
    tocsin_re2_span *spans, int count) {
  const re2::StringPiece subject(text, length);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(count));
  const bool found = expression->expression.Match(
      subject, from, length, anchored ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, groups.data(), count);
  if (!found) return false;
  for (int index = 0; index < count; index++) {
    const auto &group = groups[static_cast<size_t>(index)];
    spans[index].start = group.data() == nullptr ? -1 : group.data() - subject.data();
    spans[index].length = static_cast<ptrdiff_t>(group.size());
  }
  return true;
}
