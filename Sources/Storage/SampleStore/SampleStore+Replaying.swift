import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization

extension SampleStore {
  /// Fills the head with the series and WAL records of the database.
  func replay() throws(StorageError) {
    try catalog.withLock { catalog throws(StorageError) in
      try head.withLock { head throws(StorageError) in
        try replay(into: &head, &catalog)
      }
    }
  }

  private func replay(
    into head: inout Head, _ catalog: inout SeriesCatalog
  ) throws(StorageError) {
    var table = KeyTable()
    try database.forEachSeries(damaged: foundDamage) { stored in
      guard let labels = stored.soundLabels else {
        foundDamage("the label set of series \(stored.key.rawValue)")
        return
      }
      let slot = head.takeSlot(key: stored.key.rawValue)
      catalog.insert(labels, slot: slot)
      table.append(stored.key.rawValue, slot)
      if let span = stored.span {
        head.series[Int(slot)].oldest = span.lowerBound.rawValue
        head.series[Int(slot)].sealedThrough = span.upperBound.rawValue
        head.newestTime = max(head.newestTime, span.upperBound.rawValue)
      }
    }
    try database.forEachRow { row in
      let isSound = BatchDecoder.decode(row) { kind, key, timestamp, value in
        head.skip(sequence: row.sequence, key: key)
        // A series that does not exist was removed, because all its samples had expired.
        guard let slot = table.slot(of: key) else { return }
        switch kind {
        case .samples: head.replay(timestamp, value, slot: slot, sequence: row.sequence)
        case .late: head.replayLate(timestamp, value, slot: slot, sequence: row.sequence)
        }
      }
      head.skip(sequence: row.sequence, key: 0)
      if !isSound { foundDamage("batch \(row.sequence) of the WAL") }
    }
  }
}

extension StoredSeries {
  /// The labels; `nil` if they are damaged.
  var soundLabels: Labels? {
    if let checksum, checksum != UInt32(reducing: Checksum.of(labels)) { return nil }
    return Labels(validating: labels)
  }
}

/// A map from series numbers to slots for the replay: two columns in order of the numbers.
private struct KeyTable {
  private var keys: [Int64] = []
  private var slots: [UInt32] = []
  private var last = 0

  /// Adds a number that is higher than all before.
  mutating func append(_ key: Int64, _ slot: UInt32) {
    keys.append(key)
    slots.append(slot)
  }

  /// The slot of a number; `nil` if there is none.
  mutating func slot(of key: Int64) -> Int? {
    // Batches list their series in about the order in which they were created.
    if last + 1 < keys.count, keys[last + 1] == key {
      last += 1
      return Int(slots[last])
    }
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    guard low < keys.count, keys[low] == key else { return nil }
    last = low
    return Int(slots[low])
  }
}
