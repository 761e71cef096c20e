package import MetricModel
package import StorageAPI
import Synchronization

extension SampleStore: SeriesQuerier {
  package func select(
    _ selection: SeriesSelection
  ) async throws(StorageError) -> any SelectedSeries {
    let (found, held) = series(in: selection)
    return SeriesCursor(selection, of: self, found, held)
  }

  /// The series of a selection that may have samples in its range. If no order was requested, some
  /// without samples may be among them; nothing is read of those.
  ///
  /// So many series are examined under one lock that only very large selections may see part of a
  /// batch; none can be removed meanwhile, because the catalog is locked.
  private func series(in selection: SeriesSelection) -> (FoundSeries, [SnapshotSeries]) {
    var held: [SnapshotSeries] = []
    var missing = 0
    let found = catalog.withLock { catalog in
      let found = catalog.select(selection.matchers, order: selection.order)
      held.reserveCapacity(found.slots.count)
      for start in stride(from: 0, to: found.slots.count, by: settings.seriesPerInstant) {
        let slice = found.slots[start..<min(start + settings.seriesPerInstant, found.slots.count)]
        missing += head.withLock { $0.hold(slice, in: selection, &held) }
      }
      return found
    }
    // Skipping a few removed series is cheaper than rebuilding the list.
    let isGoodAsItIs = selection.order == .any ? missing * 8 < held.count : missing == 0
    if isGoodAsItIs || held.isEmpty { return (found, held) }
    let places = held.indices.filter { held[$0].isInside }
    return (FoundSeries(places, of: found), places.map { held[$0] })
  }

  package func labelNames(
    _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    var names: Set<ExactText> = []
    if selections.isEmpty { names = catalog.withLock { Set($0.index.names.keys) } }
    for selection in selections {
      for labels in series(in: selection).0.seriesSet.labels {
        for label in labels { names.insert(ExactText(label.name)) }
      }
    }
    return names.sorted().map(\.string)
  }

  package func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    var values: Set<ExactText> = []
    if selections.isEmpty {
      values = catalog.withLock { Set(($0.index.names[ExactText(name)]?.postings ?? [:]).keys) }
    }
    for selection in selections {
      for labels in series(in: selection).0.seriesSet.labels {
        if let value = labels[name] { values.insert(ExactText(value)) }
      }
    }
    return values.sorted().map(\.string)
  }

  /// Which metrics and labels make the most series.
  package func cardinality(limit: Int = 10) -> Cardinality {
    catalog.withLock { Cardinality($0.index, limit: limit) }
  }

  /// The times of the oldest and the newest sample of all series; `nil` if there are none.
  ///
  /// - Complexity: O(series).
  package var timeRange: ClosedRange<Timestamp>? {
    var oldest = Int64.max
    var newest = Int64.min
    forEachSlice { head, slots in
      for slot in slots {
        guard let first = head.series[slot].oldest, let last = head.series[slot].newest
        else { continue }
        oldest = min(oldest, first)
        newest = max(newest, last)
      }
    }
    guard oldest <= newest else { return nil }
    return Timestamp(rawValue: oldest)...Timestamp(rawValue: newest)
  }
}

extension Head {
  /// Adds the present state of some slots, and returns how many of them have no samples in the
  /// range of a selection.
  mutating func hold(
    _ slots: ArraySlice<UInt32>, in selection: SeriesSelection, _ held: inout [SnapshotSeries]
  ) -> Int {
    note(slice: slots.count)
    let from = max(selection.from.rawValue, .min + 1)
    let through = selection.through.rawValue
    var missing = 0
    let states = series.span
    let generations = generations.span
    for slot in slots {
      let newest = states[Int(slot)].newestTime
      let isInside = newest >= from && states[Int(slot)].oldestTime <= through
      if !isInside { missing += 1 }
      held.append(
        SnapshotSeries(newest: isInside ? newest : .min, generation: generations[Int(slot)]))
    }
    return missing
  }

  /// Reads one word of the samples of some slots, so that the memory accesses overlap.
  func touch(_ slots: ArraySlice<UInt32>) -> UInt64 {
    var sum: UInt64 = 0
    for slot in slots { sum &+= words.firstWord(series[Int(slot)].open.codes.full) }
    return sum
  }
}
