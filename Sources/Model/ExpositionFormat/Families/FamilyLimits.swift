/// The limits of one buffer; reaching one is counted in `FamilyProblems`.
package struct FamilyLimits: Hashable, Sendable {
  /// Longest label value in bytes; longer ones are cut at a character.
  package var labelValueBytes = 1024
  /// Most series of the buffer; further ones are dropped.
  package var series = 100_000

  /// Makes the default limits.
  package init() {}

  /// Makes limits.
  package init(labelValueBytes: Int, series: Int) {
    self.labelValueBytes = labelValueBytes
    self.series = series
  }
}

/// What was repaired in one buffer or left out of it, counted since the buffer was made.
package struct FamilyProblems: Hashable, Sendable {
  /// Label values with bytes that are no UTF-8, which became U+FFFD.
  package var repairedValues: UInt64 = 0
  /// Label values that were cut at the limit.
  package var shortenedValues: UInt64 = 0
  /// Samples whose series had been written already in the same scrape.
  package var duplicates: UInt64 = 0
  /// Samples beyond the limit of series.
  package var overLimit: UInt64 = 0
  /// Samples with an invalid family or label name, or with more or fewer label values than names.
  package var malformed: UInt64 = 0

  /// No problems.
  package init() {}

  /// The sum of all kinds.
  package var total: UInt64 {
    repairedValues + shortenedValues + duplicates + overLimit + malformed
  }
}
