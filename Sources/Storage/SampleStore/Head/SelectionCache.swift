import MetricModel
import StorageAPI

/// The series that a selector matched.
final class FoundSeries: Sendable {
  /// Their slots, in the requested order.
  let slots: [UInt32]
  /// Their label sets, in the same order.
  let seriesSet: SeriesSet

  init(_ slots: [UInt32], labels: [Labels]) {
    self.slots = slots
    seriesSet = SeriesSet(slots.map { labels[Int($0)] })
  }

  /// Some of the series, by their indices.
  init(_ places: [Int], of all: FoundSeries) {
    slots = places.map { all.slots[$0] }
    seriesSet = SeriesSet(places.map { all.seriesSet.labels[$0] })
  }
}

/// A cache of the series that selectors matched, valid until series are added or removed.
struct SelectionCache: Sendable {
  /// The key: the order makes a difference.
  struct Key: Hashable, Sendable {
    var matchers: [LabelMatcher]
    var order: SeriesSelection.Order
  }

  /// The most selectors in the cache; rule files of thousands of rules share fewer.
  static let capacity = 1024

  /// The most series in all entries together: 48 MB.
  static let seriesCapacity = 2 << 20

  private var found: [Key: FoundSeries] = [:]
  private var seriesCount = 0

  /// The cached series.
  subscript(key: Key) -> FoundSeries? { found[key] }

  /// Caches what a selector matched; beyond the capacities the cache is emptied first.
  mutating func remember(_ series: FoundSeries, for key: Key) {
    let count = series.slots.count
    if found.count >= Self.capacity || seriesCount + count > Self.seriesCapacity { removeAll() }
    if count > Self.seriesCapacity { return }
    seriesCount += count - (found.updateValue(series, forKey: key)?.slots.count ?? 0)
  }

  /// Empties the cache.
  mutating func removeAll() {
    if !found.isEmpty { found.removeAll(keepingCapacity: true) }
    seriesCount = 0
  }
}
