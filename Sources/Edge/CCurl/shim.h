#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions: there is a wrapper for each type of value that WebClient sets or
// reads.

typedef size_t (*tocsin_curl_callback)(char *data, size_t size, size_t count, void *context);

static inline CURLcode tocsin_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tocsin_curl_set_size(CURL *easy, CURLoption option, int64_t value) {
  return curl_easy_setopt(easy, option, (curl_off_t)value);
}

/* libcurl copies the text, except that of POSTFIELDS. */
static inline CURLcode tocsin_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tocsin_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tocsin_curl_set_list(
    CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tocsin_curl_set_callback(
    CURL *easy, CURLoption option, tocsin_curl_callback value) {
  return curl_easy_setopt(easy, option, value);
}

static inline long tocsin_curl_get_long(CURL *easy, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline int64_t tocsin_curl_get_size(CURL *easy, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline const char *tocsin_curl_get_text(CURL *easy, CURLINFO info) {
  const char *value = NULL;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline CURLMcode tocsin_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

/* The result of a finished transfer is in a union, which Swift could only read unsafely. */
static inline CURLcode tocsin_curl_result(const CURLMsg *message) { return message->data.result; }

/* The number of certificates that the server presented. */
static inline int tocsin_curl_certificate_count(CURL *easy) {
  struct curl_certinfo *info = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL) return 0;
  return info->num_of_certs;
}

/* The fields `Name:value` of one of them. */
static inline const struct curl_slist *tocsin_curl_certificate(CURL *easy, int index) {
  struct curl_certinfo *info = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL) return NULL;
  return index < info->num_of_certs ? info->certinfo[index] : NULL;
}
