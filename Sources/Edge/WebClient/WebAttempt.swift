/// What became of a request, and what is known of it even if it failed.
package struct WebAttempt: Sendable {
  /// The answer, or why there is none.
  package var result: Result<WebResponse, WebClientError> = .failure(.cancelled)
  /// Where the time went until the end; a phase that was broken off counts as none.
  package var timings = WebTimings()
  /// How many redirects were asked for.
  package var redirects = 0
}
