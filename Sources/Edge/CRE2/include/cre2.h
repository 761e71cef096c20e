// A C face for the part of RE2 that Tocsin uses: compile, match, capture, replace.
// RE2 is the regular expression language that Prometheus documents, and it runs in linear time.
#ifndef TOCSIN_CRE2_H
#define TOCSIN_CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tocsin_re2 tocsin_re2;

/// A piece of the text that was searched; `start` is -1 for a group that took no part.
typedef struct {
  ptrdiff_t start;
  ptrdiff_t length;
} tocsin_re2_span;

/// Compiles; never null. A dot matches newlines when `dot_matches_newline`. Memory is capped at `max_memory` bytes.
tocsin_re2 *tocsin_re2_new(
    const char *pattern, size_t length, bool dot_matches_newline, int64_t max_memory);
void tocsin_re2_free(tocsin_re2 *expression);

/// Null when the pattern compiled, else RE2's message, owned by the expression.
const char *tocsin_re2_error(const tocsin_re2 *expression);

/// Matches from `from` on; `anchored` asks for the whole text. Fills `spans[0..<count]`; span 0 is the whole match.
bool tocsin_re2_match(
    const tocsin_re2 *expression, const char *text, size_t length, size_t from, bool anchored,
    tocsin_re2_span *spans, int count);

#ifdef __cplusplus
}
#endif
#endif
