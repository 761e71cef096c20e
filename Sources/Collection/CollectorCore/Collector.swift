package import ExpositionFormat

/// A source of metrics: one file of the kernel, one query, one INFO section.
///
/// A collector writes metrics into the buffer and returns. `CollectorRunner` measures its time,
/// logs it and handles its errors. A thrown error is a failure and discards what was written;
/// `NoData` means that this machine has no data to show.
///
/// A collector with state between scrapes is an actor or protects the state with a `Mutex`; one
/// runner never runs it twice at the same time.
package protocol Collector: Sendable {
  /// Collects once and writes the metric families.
  ///
  /// The buffer belongs to this collector for its whole life and caches its series, so families and
  /// samples should be written in the same order each time. `context` contains the time left.
  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws
}
