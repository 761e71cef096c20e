import StorageAPI

/// The labels on the wire of the series that are written now, one entry per destination; nil where relabelling drops the series.
///
/// Series that nobody writes any more are forgotten after one to two turns, so that the book does not grow with those that come and go.
struct SeriesLabelCache {
  private var young: [SeriesID: [[UInt8]?]] = [:]
  private var old: [SeriesID: [[UInt8]?]] = [:]

  /// How many are known.
  var count: Int { young.count + old.count }

  /// The labels of a series, which thereby stays known.
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

  /// Forgets the series that were not asked for since the last turn.
  mutating func turn() {
    old = young
    young = [:]
  }
}
