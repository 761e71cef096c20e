import MetricModel
package import StorageAPI
import Synchronization

extension SampleStore: SeriesQuerier {
  package func select(
    _ selection: SeriesSelection
  ) async throws(StorageError) -> [any SelectedSeries] {
    let disk = DiskChunks(journal: journal, from: selection.from) { [self] in foundDamage($0) }
    return head.withLock { head in
      let slots = head.slots(in: selection)
      return slots.map { head.held(Int($0), in: selection, disk: disk) }
    }
  }

  package func labelNames(
    _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    let names: Set<String> = head.withLock { head in
      if selections.isEmpty { return Set(head.index.names.keys) }
      var names: Set<String> = []
      for selection in selections {
        for slot in head.slots(in: selection) {
          for label in head.labels[Int(slot)] { names.insert(label.name) }
        }
      }
      return names
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    let values: Set<String> = head.withLock { head in
      if selections.isEmpty {
        return head.index.names[name].map { Set($0.postings.keys) } ?? []
      }
      var values: Set<String> = []
      for selection in selections {
        for slot in head.slots(in: selection) {
          if let value = head.labels[Int(slot)][name] { values.insert(value) }
        }
      }
      return values
    }
    return values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Which metrics and labels make the most series.
  package func cardinality(limit: Int = 10) -> Cardinality {
    head.withLock { Cardinality($0.index, limit: limit) }
  }
}

extension Head {
  /// The slots of the series of a selection that may have samples in its range, in the order of their labels.
  mutating func slots(in selection: SeriesSelection) -> [UInt32] {
    let from = selection.from.rawValue
    let through = selection.through.rawValue
    return select(selection.matchers).filter { slot in
      guard let oldest = series[Int(slot)].oldest, let newest = series[Int(slot)].newest else {
        return false
      }
      return oldest <= through && newest >= from
    }
  }

  /// A series as it is now.
  func held(_ slot: Int, in selection: SeriesSelection, disk: DiskChunks) -> HeldSeries {
    let state = series[slot]
    var place: Int?
    let inMemoryFrom = state.inMemoryFrom
    if let oldest = state.oldest, oldest < inMemoryFrom, selection.from.rawValue < inMemoryFrom {
      place = disk.add(keys[slot], through: min(selection.through.rawValue, inMemoryFrom - 1))
    }
    return HeldSeries(
      labels: labels[slot], open: state.open, cached: state.cached,
      late: late.isEmpty ? nil : late[UInt32(slot)]?.columns, inMemoryFrom: inMemoryFrom,
      disk: place.map { (disk, $0) })
  }
}
