/// The result of a request, with what is known about it even if it failed.
package struct WebAttempt: Sendable {
  /// The response, or why there is none.
  package var result: Result<WebResponse, WebClientError> = .failure(.cancelled)
  /// The time spent in each phase; an incomplete phase counts as zero.
  package var timings = WebTimings()
  /// The number of redirects that were followed.
  package var redirects = 0
}
