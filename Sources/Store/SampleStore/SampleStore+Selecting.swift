package import MetricModel
package import StorageAPI
import Synchronization

extension SampleStore: SeriesQuerier {
  package func select(
    _ selection: SeriesSelection
  ) async throws(StorageError) -> any SelectedSeries {
    catalog.withLock { catalog in
      let held = series(in: selection, &catalog)
      return HeldSelection(selection, of: self, held, held.map { catalog.labels[$0.slot] })
    }
  }

  /// The series of a selection that may have samples in its range, in the order of their labels.
  ///
  /// The samples are looked at some thousand series at a time; none can go meanwhile, because the catalog is held.
  private func series(
    in selection: SeriesSelection, _ catalog: inout SeriesCatalog
  ) -> [HeldSeries] {
    let slots = catalog.select(selection.matchers)
    var held: [HeldSeries] = []
    held.reserveCapacity(slots.count)
    for start in stride(from: 0, to: slots.count, by: Self.slotsPerSlice) {
      let slice = slots[start..<min(start + Self.slotsPerSlice, slots.count)]
      head.withLock { $0.hold(slice, in: selection, &held) }
    }
    return held
  }

  package func labelNames(
    _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    let names: Set<String> = catalog.withLock { catalog in
      if selections.isEmpty { return Set(catalog.index.names.keys) }
      var names: Set<String> = []
      for selection in selections {
        for one in series(in: selection, &catalog) {
          for label in catalog.labels[one.slot] { names.insert(label.name) }
        }
      }
      return names
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    let values: Set<String> = catalog.withLock { catalog in
      if selections.isEmpty {
        return catalog.index.names[name].map { Set($0.postings.keys) } ?? []
      }
      var values: Set<String> = []
      for selection in selections {
        for one in series(in: selection, &catalog) {
          if let value = catalog.labels[one.slot][name] { values.insert(value) }
        }
      }
      return values
    }
    return values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Which metrics and labels make the most series.
  package func cardinality(limit: Int = 10) -> Cardinality {
    catalog.withLock { Cardinality($0.index, limit: limit) }
  }

  /// The times of the first and the last sample of all series; nil if there are none.
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
  /// Adds those of some series that may have samples in the range of a selection.
  mutating func hold(
    _ slots: ArraySlice<UInt32>, in selection: SeriesSelection, _ held: inout [HeldSeries]
  ) {
    note(slice: slots.count)
    let from = selection.from.rawValue
    let through = selection.through.rawValue
    for slot in slots {
      guard let oldest = series[Int(slot)].oldest, let newest = series[Int(slot)].newest,
        oldest <= through, newest >= from
      else { continue }
      held.append(self.held(Int(slot)))
    }
  }

  /// What to remember of a series to find it again as it is now.
  func held(_ slot: Int) -> HeldSeries {
    HeldSeries(
      slot: slot, generation: generations[slot], newest: series[slot].newest ?? .min)
  }

  /// Looks at the samples of some series, so that they come from memory side by side and not one after another.
  func touch(_ held: ArraySlice<HeldSeries>) -> UInt64 {
    var sum: UInt64 = 0
    for one in held { sum &+= words.firstWord(series[one.slot].open.codes.full) }
    return sum
  }

  /// Adds the codes of the open chunk of a series to an array and tells where they stand there; none if it was removed since.
  func copyCodes(of held: HeldSeries, to codes: inout [UInt64]) -> Range<Int> {
    let start = codes.count
    if generations[held.slot] == held.generation {
      series[held.slot].open.codes.copy(from: words, to: &codes)
    }
    return start..<codes.count
  }

  /// The samples of a series, but for the codes of its open chunk; none if it was removed since.
  func samples(
    of held: HeldSeries, in selection: SeriesSelection, disk: DiskChunks
  ) -> HeldSamples {
    var samples = HeldSamples()
    guard generations[held.slot] == held.generation else { return samples }
    let state = series[held.slot]
    samples.open = state.open
    samples.cached = state.cached
    samples.late = late.isEmpty ? nil : late[UInt32(held.slot)]?.columns
    samples.inMemoryFrom = state.inMemoryFrom
    if let oldest = state.oldest, oldest < state.inMemoryFrom,
      selection.from.rawValue < state.inMemoryFrom
    {
      samples.disk = disk.add(
        keys[held.slot], through: min(selection.through.rawValue, state.inMemoryFrom - 1))
    }
    return samples
  }
}
