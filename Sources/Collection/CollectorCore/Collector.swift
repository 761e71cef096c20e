package import ExpositionFormat

/// Something that can be looked at: one file of the kernel, one query, one INFO section.
///
/// A collector writes what it sees into the buffer and returns. It neither times itself, nor logs
/// success, nor catches: `CollectorRunner` does that for all of them. Throwing means failure and
/// drops what was written; throwing `NoData` means that there is nothing to show here.
///
/// A collector that remembers something between scrapes is an actor or guards it with a `Mutex`;
/// it is never run twice at the same time by one runner.
package protocol Collector: Sendable {
  /// Looks once and writes the families that were seen.
  ///
  /// The buffer belongs to this collector for as long as the collector lives, and remembers its
  /// series, so write families and samples in a steady order. `context` says how much time is left.
  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws
}
