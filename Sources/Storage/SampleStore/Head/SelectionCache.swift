import MetricModel
import StorageAPI

/// The series that a selector matched.
final class FoundSeries: Sendable {
  /// Their slots, in the order that was asked for.
  let slots: [UInt32]
  /// Who they are, in the same order.
  let seriesSet: SeriesSet

  init(_ slots: [UInt32], labels: [Labels]) {
    self.slots = slots
    seriesSet = SeriesSet(slots.map { labels[Int($0)] })
  }

  /// Some of the series, by their places.
  init(_ places: [Int], of all: FoundSeries) {
    slots = places.map { all.slots[$0] }
    seriesSet = SeriesSet(places.map { all.seriesSet.labels[$0] })
  }
}

/// The series that selectors matched, remembered until series come or go.
struct SelectionCache: Sendable {
  /// What is remembered: the order makes a difference.
  struct Key: Hashable, Sendable {
    var matchers: [LabelMatcher]
    var order: SeriesSelection.Order
  }

  /// How many selectors are remembered; rule files of thousands of rules share fewer.
  static let capacity = 1024

  /// How many series are remembered for all of them together: 48 MB.
  static let seriesCapacity = 2 << 20

  private var found: [Key: FoundSeries] = [:]
  private var seriesCount = 0

  /// The series that were found.
  subscript(key: Key) -> FoundSeries? { found[key] }

  /// Remembers what a selector matched; beyond the capacities all others are forgotten.
  mutating func remember(_ series: FoundSeries, for key: Key) {
    let count = series.slots.count
    if found.count >= Self.capacity || seriesCount + count > Self.seriesCapacity { removeAll() }
    if count > Self.seriesCapacity { return }
    seriesCount += count - (found.updateValue(series, forKey: key)?.slots.count ?? 0)
  }

  /// Forgets everything.
  mutating func removeAll() {
    if !found.isEmpty { found.removeAll(keepingCapacity: true) }
    seriesCount = 0
  }
}
