import MetricModel
import StorageAPI

/// The label set of each slot, the label index and the order of series.
///
/// A plain value with a lock of its own, so that a batch for known series never waits for a
/// selection, for statistics, or for a removal. Where both locks are needed this one is taken
/// first.
struct SeriesCatalog: Sendable {
  /// The labels of each slot.
  private(set) var labels: [Labels] = []
  private(set) var index = LabelIndex()
  private var order = SeriesOrder()
  private var slots = SlotTable()
  private var selections = SelectionCache()

  /// The number of series.
  var count: Int { slots.count }

  /// The slot of a label set; nil if there is no such series.
  func slot(of wanted: Labels) -> UInt32? { slots.slot(of: wanted, in: labels) }

  /// Adds a series at a free slot, or at the end.
  mutating func insert(_ newLabels: Labels, slot: UInt32) {
    if Int(slot) < labels.count { labels[Int(slot)] = newLabels } else { labels.append(newLabels) }
    slots.insert(slot, in: labels)
    index.insert(slot, newLabels)
    order.insert(slot)
    selections.removeAll()
  }

  /// Removes series, given in order of their slots.
  ///
  /// - Complexity: O(length of all postings lists that a series is in), however many series are
  ///   removed.
  mutating func remove(_ removed: [UInt32]) {
    if removed.isEmpty { return }
    index.remove(removed.map { ($0, labels[Int($0)]) })
    for slot in removed {
      slots.remove(slot, in: labels)
      labels[Int(slot)] = .empty
    }
    order.remove(removed)
    selections.removeAll()
  }

  /// The series that fulfil all matchers; without a requested order, in the order of memory.
  mutating func select(
    _ matchers: [LabelMatcher], order wanted: SeriesSelection.Order
  ) -> FoundSeries {
    let key = SelectionCache.Key(matchers: matchers, order: wanted)
    if let known = selections[key] { return known }
    var slots = index.select(matchers, labels: labels)
    if wanted == .labels { order.sort(&slots, labels: labels) }
    let found = FoundSeries(slots, labels: labels)
    selections.remember(found, for: key)
    return found
  }
}
