import ExpositionFormat
import MetricModel
import StorageAPI

/// Knows the series of one target by the bytes of their lines.
///
/// Exporters answer in the same order every time, so a line is first compared with the line that followed in the last
/// scrape: one comparison of bytes, no hash, no string. Only a series that moved is looked up by hash, and only a new one is
/// parsed. A round is `read`, then `resolve`, then `commit`; or `abandon` when something failed on the way.
struct ScrapeCache {
  /// What a round found.
  struct Reading: Equatable {
    /// Samples on the lines.
    var scraped = 0
    /// Samples left after relabelling.
    var kept = 0
    /// Series that the last round did not have.
    var added: Int { newSeries.count }
    /// The labels of series that are not known yet, in the order in which `resolve` wants their numbers.
    var newSeries: [Labels] = []
  }

  /// Small numbers, because there is one of these per series.
  struct Entry {
    var hash: UInt64
    var series = SeriesID(rawValue: 0)
    private var start: UInt32
    private var count: UInt32
    /// The place in `order`.
    var place: UInt32 = 0
    /// The last round that had it; comes round again after centuries of scrapes.
    var round: UInt32 = 0
    var isDropped: Bool
    /// Whether the series gets a stale marker when it is gone: not if its lines carry their own times.
    var isTracked = true

    init(text: Range<Int>, hash: UInt64, isDropped: Bool) {
      self.hash = hash
      self.isDropped = isDropped
      start = UInt32(text.lowerBound)
      count = UInt32(text.count)
    }

    /// The place of the series in `texts`; the limit of a body keeps it far below 4 GB.
    var text: Range<Int> {
      get { Int(start)..<(Int(start) + Int(count)) }
      set {
        start = UInt32(newValue.lowerBound)
        count = UInt32(newValue.count)
      }
    }
  }

  private struct PendingSample {
    let entry: Int
    let timestamp: Timestamp
    let value: Double
  }

  var texts: [UInt8] = []
  var entries: [Entry] = []
  /// Entries in the order of the last good scrape.
  var order: [UInt32] = []
  private var nextOrder: [UInt32] = []
  private var index: [UInt64: UInt32] = [:]
  private var round: UInt32 = 0
  /// Whether the lines read so far are those of the first `unchanged` places in `order`, which are marked only if others follow.
  private var isInOrder = true
  private var unchanged = 0
  /// Entries whose `isTracked` the round has changed, once for each time.
  private var retracked: [UInt32] = []
  private var entriesBefore = 0
  private var textsBefore = 0
  private var pending: [PendingSample] = []
  private var pendingEntries: [Int] = []
  /// Whether the series of `order` have got stale markers already, because the last scrape failed.
  private var isStale = false
  private var metadata = MetadataCache()

  /// How many series the last good round had.
  var seriesCount: Int { order.count }

  /// Reads an exposition: samples of known series go into the batch, those of new series wait for `resolve`.
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
      if readKnown(&parser, at: time, into: &batch, &reading) { continue }
      if isInOrder { expected = unchanged }
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
      reading.kept += 1
      if entry < entriesBefore {
        batch.append(entries[entry].series, at: timestamp ?? time, sample.value)
      } else {
        pending.append(
          PendingSample(entry: entry, timestamp: timestamp ?? time, value: sample.value))
      }
    }
    return reading
  }

  /// Reads a line of metadata that is known, or one that is the one that stood there last time but for its number, as long as all
  /// before it were: nothing is noted of it then. False if it must be looked at closer.
  @inline(__always)
  private mutating func readKnown(
    _ parser: inout ExpositionParser, at time: Timestamp, into batch: inout SampleBatch,
    _ reading: inout Reading
  ) -> Bool {
    guard isInOrder, unchanged < order.count else { return metadata.skipKnown(&parser) }
    let entry = entries[Int(order[unchanged])]
    guard entry.isTracked, let value = parser.plainValue(of: texts.span.extracting(entry.text))
    else { return metadata.skipKnown(&parser) }
    unchanged += 1
    reading.scraped += 1
    if entry.isDropped { return true }
    reading.kept += 1
    batch.append(entry.series, at: time, value)
    return true
  }

  /// Takes the numbers of the new series and puts their samples into the batch.
  mutating func resolve(_ series: [SeriesID], into batch: inout SampleBatch) {
    precondition(series.count == pendingEntries.count, "one number per new series")
    for (entry, id) in zip(pendingEntries, series) { entries[entry].series = id }
    for sample in pending {
      batch.append(entries[sample.entry].series, at: sample.timestamp, sample.value)
    }
    if !pending.isEmpty { (pending, pendingEntries) = ([], []) }
  }

  /// Ends a good round and returns the series that are gone since the last one.
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
      if isMarked(entry) { gone.append(entry.series) }
    }
    if !gone.isEmpty {
      // The same series may have come on a line that reads differently.
      let present = Set(nextOrder.map { entries[Int($0)] }.filter { !$0.isDropped }.map(\.series))
      gone.removeAll { present.contains($0) }
    }
    swap(&order, &nextOrder)
    for place in order.indices { entries[Int(order[place])].place = UInt32(place) }
    isStale = false
    retracked = []
    if hasGone, entries.count > 2 * order.count + 256 { compact() }
    if entries.count > entriesBefore { trim() }
    entriesBefore = entries.count
    textsBefore = texts.count
    return gone
  }

  /// Undoes a round that failed and returns the series that end with it: all of the last good round. After `commit` there is
  /// nothing to undo.
  mutating func abandon() -> [SeriesID] {
    for entry in retracked { entries[Int(entry)].isTracked.toggle() }
    retracked = []
    for entry in entries[entriesBefore...] { index[entry.hash] = nil }
    entries.removeSubrange(entriesBefore...)
    texts.removeSubrange(textsBefore...)
    return expire()
  }

  /// All series of the last good round, which end now; the next call has none.
  mutating func expire() -> [SeriesID] {
    let gone = order.map { entries[Int($0)] }.filter { isMarked($0) }.map(\.series)
    isStale = true
    return gone
  }

  /// What the target says of its families.
  var families: [String: FamilyMetadata] { metadata.families }

  /// The same, if that changed since the last call.
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
      return try parser.next(expecting: texts.span.extracting(entries[Int(order[expected])].text))
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

  /// Marks the lines that were those of the last scrape: from here on others stand between them.
  private mutating func leaveOrder() {
    guard isInOrder else { return }
    isInOrder = false
    for place in 0..<unchanged { entries[Int(order[place])].round = round }
    nextOrder.append(contentsOf: order[..<unchanged])
  }

  /// The entry of a series that did not stand where it was expected.
  private mutating func find(
    _ series: Span<UInt8>, _ parser: inout ExpositionParser, rules: SeriesRules,
    reading: inout Reading
  ) throws(ScrapeFailure) -> Int {
    var hash = Self.hash(series)
    while let entry = index[hash].map(Int.init) {
      if has(entries[entry], series) { return entry }
      hash &+= 1
    }
    let own: Labels
    do { own = try parser.labels() } catch { throw .malformed(error) }
    let labels = try rules.labels(of: own, emptyNames: parser.emptyLabelNames)
    let start = texts.count
    for place in series.indices { texts.append(series[place]) }
    entries.append(Entry(text: start..<texts.count, hash: hash, isDropped: labels == nil))
    index[hash] = UInt32(entries.count - 1)
    if let labels {
      reading.newSeries.append(labels)
      pendingEntries.append(entries.count - 1)
    }
    return entries.count - 1
  }

  private func has(_ entry: Entry, _ series: Span<UInt8>) -> Bool {
    guard entry.text.count == series.count else { return false }
    let start = entry.text.lowerBound
    for place in series.indices where texts[start + place] != series[place] { return false }
    return true
  }

  private static func hash(_ series: Span<UInt8>) -> UInt64 {
    var hash = Fingerprint()
    for place in series.indices { hash.combine(series[place]) }
    return hash.value
  }

  /// Forgets the entries and texts that nothing refers to any more.
  private mutating func compact() {
    var texts: [UInt8] = []
    var entries: [Entry] = []
    index.removeAll(keepingCapacity: true)
    for (place, old) in order.enumerated() {
      var entry = self.entries[Int(old)]
      let start = texts.count
      texts.append(contentsOf: self.texts[entry.text])
      entry.text = start..<texts.count
      entries.append(entry)
      index[entry.hash] = UInt32(place)
    }
    self.texts = texts
    self.entries = entries
    order = entries.indices.map(UInt32.init)
  }

  /// Gives back the room that growing by doubling took too much; a target's series are mostly all new at once.
  private mutating func trim() {
    Self.trim(&texts)
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
