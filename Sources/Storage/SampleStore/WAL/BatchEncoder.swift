import SQLiteStorage

/// Writes the samples of a batch as one journal row.
///
/// Layout in 64-bit words, the most significant byte first:
/// - the kind (8 bits) and the number of samples; the words of steps (32 bits) and those of values (32);
/// - steps: how many samples are behind the one before by how much in series and in time;
/// - a nibble per sample that tells the width of its value, sixteen to a word;
/// - the values (`ValueCode`), one behind the other.
///
/// A scrape of 2,000 samples takes about 6 KB. Rows can be joined by standing one behind the other.
///
/// The memory is used again for the next batch.
struct BatchEncoder: Sendable {
  /// What the samples of a row are; the first byte of the row.
  enum Kind: UInt8 {
    /// In order: behind what their series have sealed.
    case samples = 5
    /// Late: for times over which a chunk was sealed before.
    case late = 6
  }

  /// Larger memory than for so many samples is not kept.
  private static let samplesKept = 1 << 15

  private let kind: Kind
  /// Where the next sample goes.
  var cursor = BatchCursor()
  /// The nibbles that tell the widths of the values.
  private var widths: [UInt64] = []
  /// The values.
  private var values: [UInt64] = []
  /// The steps that are over.
  var steps = BitBuffer()

  init(kind: Kind = .samples) { self.kind = kind }

  /// Whether no sample was added.
  var isEmpty: Bool { cursor.count == 0 }

  /// Begins a row of at most so many samples.
  mutating func begin(sampleCount: Int) {
    if values.count > Self.samplesKept, sampleCount < Self.samplesKept { self = Self(kind: kind) }
    Self.grow(&widths, to: sampleCount / 16 + 1)
    Self.grow(&values, to: sampleCount + 1)
    steps.removeAll()
    cursor = BatchCursor()
  }

  private static func grow(_ words: inout [UInt64], to count: Int) {
    if words.count < count {
      words.append(contentsOf: repeatElement(0, count: count - words.count))
    }
  }

  /// Adds a sample.
  ///
  /// - Complexity: O(1).
  mutating func append(_ series: Int64, _ timestamp: Int64, _ value: ValueCode) {
    var (widths, values) = takeMemory()
    do {
      var widths = widths.mutableSpan
      var values = values.mutableSpan
      cursor.append(series, timestamp, value, &widths, &values, &steps)
    }
    putBack(widths, values)
  }

  /// Takes the memory for widths and values out, for the cursor to write to.
  mutating func takeMemory() -> (widths: [UInt64], values: [UInt64]) {
    var taken: (widths: [UInt64], values: [UInt64]) = ([], [])
    swap(&taken.widths, &widths)
    swap(&taken.values, &values)
    return taken
  }

  /// Takes the memory back.
  mutating func putBack(_ widths: consuming [UInt64], _ values: consuming [UInt64]) {
    self.widths = widths
    self.values = values
  }

  /// The finished row; what follows begins anew.
  mutating func row(sequence: Int64) -> WALRecord {
    let cursor = cursor
    cursor.endStep(&steps)
    self.cursor = BatchCursor()
    values[cursor.fullValues] = cursor.value
    let (widthCount, valueCount) = ((cursor.count + 15) / 16, cursor.valueCount)
    var bytes = [UInt8](repeating: 0, count: 8 * (2 + steps.wordCount + widthCount + valueCount))
    var writer = RowWriter()
    do {
      var room = bytes.mutableSpan
      writer.append(UInt64(kind.rawValue) << 56 | UInt64(cursor.count), to: &room)
      writer.append(UInt64(steps.wordCount) << 32 | UInt64(valueCount), to: &room)
      writer.append(steps.fullWords.span, to: &room)
      if let word = steps.lastWord { writer.append(word, to: &room) }
      writer.append(widths.span.extracting(first: widthCount), to: &room)
      writer.append(values.span.extracting(first: valueCount), to: &room)
    }
    return WALRecord(sequence: sequence, checksum: writer.checksum.value, samples: bytes)
  }
}

/// Where the next sample of a row goes: plain numbers, which a loop over samples has in registers.
struct BatchCursor: Sendable {
  /// How far a sample is behind the one before. A scrape has two steps: to its first sample, and from each to the next.
  private struct Step {
    /// The change of the number of the series.
    var series: Int64 = 0
    /// The change of the time.
    var time: Int64 = 0
  }

  /// How many samples there are.
  private(set) var count = 0
  private var series: Int64 = 0
  private var timestamp: Int64 = 0
  private var step = Step()
  /// How many samples there were before the first one that is behind by the step.
  private var stepStart = 0
  /// The nibbles of the last samples, at the upper end.
  private var width: UInt64 = 0
  /// How many words of values are full.
  private(set) var fullValues = 0
  /// The word of values that is being filled; bits behind the last one are zero.
  private(set) var value: UInt64 = 0
  /// How many bits of it are used.
  private var used: UInt64 = 0

  /// How many words of values there are.
  var valueCount: Int { fullValues + (used > 0 ? 1 : 0) }

  /// Adds a sample, but for changes of the step without a branch.
  @inline(__always)
  mutating func append(
    _ series: Int64, _ timestamp: Int64, _ code: ValueCode, _ widths: inout MutableSpan<UInt64>,
    _ values: inout MutableSpan<UInt64>, _ steps: inout BitBuffer
  ) {
    let seriesStep = series &- self.series
    let timeStep = timestamp &- self.timestamp
    if (seriesStep ^ step.series) | (timeStep ^ step.time) != 0 {
      endStep(&steps)
      step = Step(series: seriesStep, time: timeStep)
      stepStart = count
    }
    self.series = series
    self.timestamp = timestamp
    let place = UInt64(truncatingIfNeeded: count & 15)
    let nibble = UInt64(truncatingIfNeeded: code.nibble)
    width = (place == 0 ? 0 : width) | nibble &<< (60 &- 4 &* place)
    widths[count >> 4] = width
    count &+= 1

    let bits = UInt64(truncatingIfNeeded: Nibble.width(code.nibble))
    let aligned = code.bits &<< (64 &- bits)
    value |= aligned &>> used
    values[fullValues] = value
    // In two steps: by all of its bits if none is left over.
    let rest = (aligned &<< 1) &<< (63 &- used)
    let next = used &+ bits
    fullValues &+= Int(truncatingIfNeeded: next &>> 6)
    value = next > 63 ? rest : value
    used = next & 63
  }

  /// Writes the step that the last samples are behind by.
  @inline(never)
  func endStep(_ steps: inout BitBuffer) {
    if count == stepStart { return }
    Nibble.append(UInt64(count - stepStart), to: &steps)
    Nibble.append(ResidualCode.zigzag(step.series), to: &steps)
    Nibble.append(ResidualCode.zigzag(step.time), to: &steps)
  }
}

/// Words as bytes, and the check of them.
private struct RowWriter {
  private(set) var checksum = Checksum()
  private var end = 0

  mutating func append(_ words: Span<UInt64>, to room: inout MutableSpan<UInt8>) {
    for place in words.indices { append(words[place], to: &room) }
  }

  @inline(__always)
  mutating func append(_ word: UInt64, to room: inout MutableSpan<UInt8>) {
    checksum.combine(word)
    let place = end
    precondition(
      place >= 0 && room.count >= 8 && place <= room.count &- 8, "there is room for the word")
    // One store: said in these words, and not as a loop, the optimiser sees that no byte needs a check of its own.
    let bytes = word.byteSwapped
    room[place] = UInt8(truncatingIfNeeded: bytes)
    room[place &+ 1] = UInt8(truncatingIfNeeded: bytes >> 8)
    room[place &+ 2] = UInt8(truncatingIfNeeded: bytes >> 16)
    room[place &+ 3] = UInt8(truncatingIfNeeded: bytes >> 24)
    room[place &+ 4] = UInt8(truncatingIfNeeded: bytes >> 32)
    room[place &+ 5] = UInt8(truncatingIfNeeded: bytes >> 40)
    room[place &+ 6] = UInt8(truncatingIfNeeded: bytes >> 48)
    room[place &+ 7] = UInt8(truncatingIfNeeded: bytes >> 56)
    end = place &+ 8
  }
}
