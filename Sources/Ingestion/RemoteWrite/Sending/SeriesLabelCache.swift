import StorageAPI

/// The encoded labels of recently written series, one entry per destination; nil where relabelling
/// drops the series.
///
/// Entries expire after one to two turns without use, so that the cache does not grow with series
/// that come and go.
struct SeriesLabelCache {
  private var young: [SeriesID: [[UInt8]?]] = [:]
  private var old: [SeriesID: [[UInt8]?]] = [:]

  /// The number of cached series.
  var count: Int { young.count + old.count }

  /// The labels of a series; reading them renews the entry.
  subscript(series: SeriesID) -> [[UInt8]?]? {
    mutating get {
      if let labels = young[series] { return labels }
      guard let labels = old.removeValue(forKey: series) else { return nil }
      young[series] = labels
      return labels
    }
    set {
      young[series] = newValue
      old[series] = nil
    }
  }

  /// Removes the series that were not used since the last turn.
  mutating func turn() {
    old = young
    young = [:]
  }
}
