import ExpositionFormat
import MetricModel
import StorageAPI

/// Recognises the series of one target by the bytes of their lines.
///
/// Exporters write series in the same order every time, so a line is first compared with the line
/// at the same position of the last scrape: one comparison of bytes, no hash, no string. Only a
/// series that moved is looked up by hash, and only a new one is parsed. A round consists of
/// `read`, `resolve` and `commit`, or ends with `abandon` when a step failed.
struct ScrapeCache {
  /// The result of reading an exposition.
  struct Reading: Equatable {
    /// The number of samples in the exposition.
    var scraped = 0
    /// The number of samples left after relabelling.
    var stored = 0
    /// The number of series that the last round did not have.
    var added: Int { newSeries.count }
    /// The labels of new series, in the order in which `resolve` takes their identifiers.
    var newSeries: [Labels] = []
  }

  /// The data of a series that are not needed while the order of lines is unchanged. Small
  /// integers, because there is one entry per series.
  struct Entry {
    var hash: UInt64
    /// The index in `order`.
    var place: UInt32 = 0
    /// The last round that contained the series; wraps around after centuries of scrapes.
    var round: UInt32 = 0
    var isDropped: Bool
    /// Whether the series gets a stale marker when it disappears; false if its lines carry
    /// timestamps.
    var isTracked = true

    init(hash: UInt64, isDropped: Bool) {
      self.hash = hash
      self.isDropped = isDropped
    }
  }

  private struct PendingSample {
    let entry: Int
    let timestamp: Timestamp
    let value: Double
  }

  var texts: [UInt8] = []
  /// The range of each entry's line in `texts`; the limit of a body is far below 4 GB.
  private(set) var lines: [SeriesText] = []
  /// The store's identifier of each entry's series.
  var numbers: [SeriesID] = []
  var entries: [Entry] = []
  /// The entries in the order of the last successful scrape.
  var order: [UInt32] = []
  /// The number of leading entries in `order` that are tracked.
  private var trackedCount = 0
  private var hasDropped = false
  private var nextOrder: [UInt32] = []
  private var index: [UInt64: UInt32] = [:]
  private var round: UInt32 = 0
  /// Whether the lines read so far equal the first `unchanged` entries of `order`. Those entries
  /// are marked only once a line differs.
  private var isInOrder = true
  private var unchanged = 0
  /// Entries whose `isTracked` was toggled in this round, once per toggle.
  private var retracked: [UInt32] = []
  private var entriesBefore = 0
  private var textsBefore = 0
  private var pending: [PendingSample] = []
  private var pendingEntries: [Int] = []
  /// Whether the series of `order` already have stale markers, because the last scrape failed.
  private var isStale = false
  private var metadata = MetadataCache()

  /// The number of series in the last successful round.
  var seriesCount: Int { order.count }

  /// Reads an exposition. Samples of known series are added to the batch; those of new series wait
  /// for `resolve`.
  mutating func read(
    _ body: Span<UInt8>, format: ExpositionTextFormat, at time: Timestamp, rules: SeriesRules,
    into batch: inout SampleBatch
  ) throws(ScrapeFailure) -> Reading {
    begin(format)
    let honorsTimestamps = rules.target.job.honorTimestamps
    let tracksTimestamps = rules.target.job.tracksTimestampsStaleness
    var reading = Reading()
    var parser = ExpositionParser(body, format: format)
    var expected = 0
    while true {
      if isInOrder {
        readUnchanged(&parser, at: time, into: &batch, &reading)
        expected = unchanged
      } else if metadata.skipKnown(&parser) {
        continue
      }
      guard let line = try next(&parser, expected: expected) else { break }
      guard case .sample(let sample) = line else {
        metadata.note(line, in: body, end: parser.position)
        continue
      }
      let entry: Int
      if parser.matchedExpectation {
        entry = Int(order[expected])
      } else {
        entry = try find(
          body.extracting(sample.series), &parser, rules: rules, reading: &reading)
      }
      let timestamp = honorsTimestamps ? sample.timestamp : nil
      mark(entry, isTracked: timestamp == nil || tracksTimestamps)
      if entry < entriesBefore { expected = Int(entries[entry].place) + 1 }
      reading.scraped += 1
      if entries[entry].isDropped { continue }
      reading.stored += 1
      if entry < entriesBefore {
        batch.append(numbers[entry], at: timestamp ?? time, sample.value)
      } else {
        pending.append(
          PendingSample(entry: entry, timestamp: timestamp ?? time, value: sample.value))
      }
    }
    return reading
  }

  /// Reads known metadata lines, and sample lines that differ from the last scrape only in their
  /// values, as long as all lines before them did. Their entries need no update.
  private mutating func readUnchanged(
    _ parser: inout ExpositionParser, at time: Timestamp, into batch: inout SampleBatch,
    _ reading: inout Reading
  ) {
    let expected = max(0, trackedCount - unchanged)
    guard expected > 0 else {
      while metadata.skipKnown(&parser) {}
      return
    }
    batch.append(upTo: expected, at: time) { series, values in
      repeat {
        parser.plainValues(
          of: order.span.extracting(unchanged..<trackedCount), in: lines.span, texts.span,
          into: &values)
        let read = values.count - series.count
        addSeries(read, to: &series, &values)
        unchanged += read
        reading.scraped += read
      } while metadata.skipKnown(&parser)
      reading.stored += values.count
    }
  }

  /// Adds the series of the last `count` values, and removes the values of dropped series.
  private func addSeries(
    _ count: Int, to series: inout OutputSpan<SeriesID>, _ values: inout OutputSpan<Double>
  ) {
    guard hasDropped else {
      for place in unchanged..<unchanged + count { series.append(numbers[Int(order[place])]) }
      return
    }
    let first = series.count
    for step in 0..<count {
      let entry = Int(order[unchanged + step])
      if entries[entry].isDropped { continue }
      values[series.count] = values[first + step]
      series.append(numbers[entry])
    }
    values.removeLast(values.count - series.count)
  }

  /// Takes the identifiers of the new series and adds their samples to the batch.
  mutating func resolve(_ series: [SeriesID], into batch: inout SampleBatch) {
    precondition(series.count == pendingEntries.count, "one number per new series")
    for (entry, id) in zip(pendingEntries, series) { numbers[entry] = id }
    for sample in pending {
      batch.append(numbers[sample.entry], at: sample.timestamp, sample.value)
    }
    if !pending.isEmpty { (pending, pendingEntries) = ([], []) }
  }

  /// Ends a successful round and returns the series that disappeared since the last one.
  mutating func commit() -> [SeriesID] {
    if isInOrder, unchanged == order.count {
      isStale = false
      return []
    }
    leaveOrder()
    var gone: [SeriesID] = []
    var hasGone = false
    for place in order where entries[Int(place)].round != round {
      let entry = entries[Int(place)]
      hasGone = true
      index[entry.hash] = nil
      if isMarked(entry) { gone.append(numbers[Int(place)]) }
    }
    if !gone.isEmpty {
      // The same series may be on a line that is written differently.
      let stored = nextOrder.map(Int.init).filter { !entries[$0].isDropped }
      let present = Set(stored.map { numbers[$0] })
      gone.removeAll { present.contains($0) }
    }
    swap(&order, &nextOrder)
    noteOrder()
    isStale = false
    retracked = []
    if hasGone, entries.count > 2 * order.count + 256 { compact() }
    if entries.count > entriesBefore { trim() }
    entriesBefore = entries.count
    textsBefore = texts.count
    return gone
  }

  /// Updates the entries after a change of `order`.
  private mutating func noteOrder() {
    trackedCount = order.count
    hasDropped = false
    for (place, entry) in order.enumerated() {
      entries[Int(entry)].place = UInt32(place)
      if !entries[Int(entry)].isTracked { trackedCount = min(trackedCount, place) }
      if entries[Int(entry)].isDropped { hasDropped = true }
    }
  }

  /// Undoes a failed round and returns the series that end with it: all series of the last
  /// successful round. After `commit` there is nothing to undo.
  mutating func abandon() -> [SeriesID] {
    for entry in retracked { entries[Int(entry)].isTracked.toggle() }
    retracked = []
    for entry in entries[entriesBefore...] { index[entry.hash] = nil }
    entries.removeSubrange(entriesBefore...)
    lines.removeSubrange(entriesBefore...)
    numbers.removeSubrange(entriesBefore...)
    texts.removeSubrange(textsBefore...)
    return expire()
  }

  /// Returns all series of the last successful round, which end now; the next call returns none.
  mutating func expire() -> [SeriesID] {
    let gone = order.map(Int.init).filter { isMarked(entries[$0]) }.map { numbers[$0] }
    isStale = true
    return gone
  }

  /// The metadata of the target's families.
  var families: [String: FamilyMetadata] { metadata.families }

  /// The metadata of the families if they changed since the last call; nil otherwise.
  mutating func takeChangedMetadata() -> [String: FamilyMetadata]? {
    guard metadata.hasChanged else { return nil }
    metadata.hasChanged = false
    return metadata.families
  }

  private func isMarked(_ entry: Entry) -> Bool {
    !isStale && entry.isTracked && !entry.isDropped
  }

  private mutating func begin(_ format: ExpositionTextFormat) {
    round &+= 1
    isInOrder = true
    unchanged = 0
    entriesBefore = entries.count
    textsBefore = texts.count
    nextOrder.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
    pendingEntries.removeAll(keepingCapacity: true)
    if !retracked.isEmpty { retracked = [] }
    metadata.begin(format)
  }

  private func next(
    _ parser: inout ExpositionParser, expected: Int
  ) throws(ScrapeFailure) -> ExpositionEntry? {
    do {
      guard expected < order.count else { return try parser.next() }
      return try parser.next(expecting: texts.span.extracting(lines[Int(order[expected])].range))
    } catch {
      throw .malformed(error)
    }
  }

  private mutating func mark(_ entry: Int, isTracked: Bool) {
    if isInOrder {
      let isNext = unchanged < order.count && Int(order[unchanged]) == entry
      if isNext, entries[entry].isTracked == isTracked {
        unchanged += 1
        return
      }
      leaveOrder()
    }
    if entries[entry].isTracked != isTracked {
      entries[entry].isTracked = isTracked
      retracked.append(UInt32(entry))
    }
    if entries[entry].round != round {
      entries[entry].round = round
      nextOrder.append(UInt32(entry))
    }
  }

  /// Marks the entries that were unchanged so far, because the next line is not the expected one.
  private mutating func leaveOrder() {
    guard isInOrder else { return }
    isInOrder = false
    for place in 0..<unchanged { entries[Int(order[place])].round = round }
    nextOrder.append(contentsOf: order[..<unchanged])
  }

  /// Returns the entry of a series that was not at the expected position; adds it if it is new.
  private mutating func find(
    _ series: Span<UInt8>, _ parser: inout ExpositionParser, rules: SeriesRules,
    reading: inout Reading
  ) throws(ScrapeFailure) -> Int {
    var hash = Self.hash(series)
    while let entry = index[hash].map(Int.init) {
      if has(lines[entry].range, series) { return entry }
      hash &+= 1
    }
    let own: Labels
    do { own = try parser.labels() } catch { throw .malformed(error) }
    let labels = try rules.labels(of: own, emptyNames: parser.emptyLabelNames)
    let start = texts.count
    for place in series.indices { texts.append(series[place]) }
    entries.append(Entry(hash: hash, isDropped: labels == nil))
    lines.append(SeriesText(start..<texts.count))
    numbers.append(SeriesID(rawValue: 0))
    index[hash] = UInt32(entries.count - 1)
    if let labels {
      reading.newSeries.append(labels)
      pendingEntries.append(entries.count - 1)
    }
    return entries.count - 1
  }

  private func has(_ text: Range<Int>, _ series: Span<UInt8>) -> Bool {
    guard text.count == series.count else { return false }
    for place in series.indices where texts[text.lowerBound + place] != series[place] {
      return false
    }
    return true
  }

  private static func hash(_ series: Span<UInt8>) -> UInt64 {
    var hash = Fingerprint()
    for place in series.indices { hash.combine(series[place]) }
    return hash.value
  }

  /// Removes the entries and texts that are no longer in use.
  private mutating func compact() {
    var texts: [UInt8] = []
    var lines: [SeriesText] = []
    let numbers = order.map { self.numbers[Int($0)] }
    let entries = order.map { self.entries[Int($0)] }
    index.removeAll(keepingCapacity: true)
    for (place, old) in order.enumerated() {
      let start = texts.count
      texts.append(contentsOf: self.texts[self.lines[Int(old)].range])
      lines.append(SeriesText(start..<texts.count))
      index[entries[place].hash] = UInt32(place)
    }
    self.texts = texts
    self.lines = lines
    self.numbers = numbers
    self.entries = entries
    order = entries.indices.map(UInt32.init)
  }

  /// Releases excess capacity of arrays, which is large because most series of a target are added
  /// at once.
  private mutating func trim() {
    Self.trim(&texts)
    Self.trim(&lines)
    Self.trim(&numbers)
    Self.trim(&entries)
    Self.trim(&order)
    Self.trim(&nextOrder)
  }

  private static func trim<Element>(_ array: inout [Element]) {
    guard array.capacity > array.count + array.count / 4 + 64 else { return }
    var exact: [Element] = []
    exact.reserveCapacity(array.count)
    exact.append(contentsOf: array)
    array = exact
  }
}
