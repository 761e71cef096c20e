import SQLiteStorage

/// Encodes the samples of a batch as one WAL record.
///
/// Layout in 64-bit words, most significant byte first:
/// - the kind (8 bits) and the number of samples; the number of step words (32 bits) and of value
///   words (32);
/// - steps: for how many samples the series number and the time advance by which differences;
/// - a nibble per sample with the width of its value, sixteen to a word;
/// - the values (`ValueCode`), one after the other.
///
/// A scrape of 2,000 samples takes about 6 KB. Records are joined by concatenation.
///
/// The memory is reused for the next batch.
struct BatchEncoder: Sendable {
  /// The kind of samples in a record; its first byte.
  enum Kind: UInt8 {
    /// In order: after everything that their series have sealed.
    case samples = 5
    /// Out of order: for times whose chunk was sealed before.
    case late = 6
  }

  /// Memory for more samples than this is released after the batch.
  private static let retainedSamples = 1 << 15

  private let kind: Kind
  /// The position of the next sample.
  var cursor = BatchCursor()
  /// The nibbles with the widths of the values.
  private var widths: [UInt64] = []
  /// The values.
  private var values: [UInt64] = []
  /// The completed steps.
  var steps = BitBuffer()

  init(kind: Kind = .samples) { self.kind = kind }

  /// Whether no sample was added.
  var isEmpty: Bool { cursor.count == 0 }

  /// Begins a record of at most so many samples.
  mutating func begin(sampleCount: Int) {
    if values.count > Self.retainedSamples, sampleCount < Self.retainedSamples {
      self = Self(kind: kind)
    }
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

  /// Moves out the memory for widths and values, for the cursor to write to.
  mutating func takeMemory() -> (widths: [UInt64], values: [UInt64]) {
    var taken: (widths: [UInt64], values: [UInt64]) = ([], [])
    swap(&taken.widths, &widths)
    swap(&taken.values, &values)
    return taken
  }

  /// Moves the memory back in.
  mutating func putBack(_ widths: consuming [UInt64], _ values: consuming [UInt64]) {
    self.widths = widths
    self.values = values
  }

  /// The finished record; the next one begins anew.
  mutating func row(sequence: Int64) -> WALRecord {
    let cursor = cursor
    cursor.endStep(&steps)
    self.cursor = BatchCursor()
    values[cursor.fullValues] = cursor.value
    let (widthCount, valueCount) = ((cursor.count + 15) / 16, cursor.valueCount)
    var bytes = [UInt8](repeating: 0, count: 8 * (2 + steps.wordCount + widthCount + valueCount))
    var writer = RowWriter()
    do {
      var space = bytes.mutableSpan
      writer.append(UInt64(kind.rawValue) << 56 | UInt64(cursor.count), to: &space)
      writer.append(UInt64(steps.wordCount) << 32 | UInt64(valueCount), to: &space)
      writer.append(steps.fullWords.span, to: &space)
      if let word = steps.lastWord { writer.append(word, to: &space) }
      writer.append(widths.span.extracting(first: widthCount), to: &space)
      writer.append(values.span.extracting(first: valueCount), to: &space)
    }
    return WALRecord(sequence: sequence, checksum: writer.checksum.value, samples: bytes)
  }
}

/// The position of the next sample in a record: plain numbers, which a loop over samples has in
/// registers.
struct BatchCursor: Sendable {
  /// By how much a sample advances from the previous one. A scrape has two steps: to its first
  /// sample, and from each sample to the next.
  private struct Step {
    /// The change of the number of the series.
    var series: Int64 = 0
    /// The change of the time.
    var time: Int64 = 0
  }

  /// The number of samples.
  private(set) var count = 0
  private var series: Int64 = 0
  private var timestamp: Int64 = 0
  private var step = Step()
  /// The number of samples before the first one of the step.
  private var stepStart = 0
  /// The nibbles of the last samples, at the upper end.
  private var width: UInt64 = 0
  /// The number of full value words.
  private(set) var fullValues = 0
  /// The value word that is being filled; its unused bits are zero.
  private(set) var value: UInt64 = 0
  /// The number of its bits in use.
  private var used: UInt64 = 0

  /// The number of value words.
  var valueCount: Int { fullValues + (used > 0 ? 1 : 0) }

  /// Adds a sample; except for changes of the step without a branch.
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

  /// Writes the step of the last samples.
  @inline(never)
  func endStep(_ steps: inout BitBuffer) {
    if count == stepStart { return }
    Nibble.append(UInt64(count - stepStart), to: &steps)
    Nibble.append(ResidualCode.zigzag(step.series), to: &steps)
    Nibble.append(ResidualCode.zigzag(step.time), to: &steps)
  }
}

/// Writes words as bytes and computes their checksum.
private struct RowWriter {
  private(set) var checksum = Checksum()
  private var end = 0

  mutating func append(_ words: Span<UInt64>, to space: inout MutableSpan<UInt8>) {
    for place in words.indices { append(words[place], to: &space) }
  }

  @inline(__always)
  mutating func append(_ word: UInt64, to space: inout MutableSpan<UInt8>) {
    checksum.combine(word)
    let place = end
    precondition(
      place >= 0 && space.count >= 8 && place <= space.count &- 8, "the word fits")
    // One store: written like this, and not as a loop, the optimiser needs no bounds check per
    // byte.
    let bytes = word.byteSwapped
    space[place] = UInt8(truncatingIfNeeded: bytes)
    space[place &+ 1] = UInt8(truncatingIfNeeded: bytes >> 8)
    space[place &+ 2] = UInt8(truncatingIfNeeded: bytes >> 16)
    space[place &+ 3] = UInt8(truncatingIfNeeded: bytes >> 24)
    space[place &+ 4] = UInt8(truncatingIfNeeded: bytes >> 32)
    space[place &+ 5] = UInt8(truncatingIfNeeded: bytes >> 40)
    space[place &+ 6] = UInt8(truncatingIfNeeded: bytes >> 48)
    space[place &+ 7] = UInt8(truncatingIfNeeded: bytes >> 56)
    end = place &+ 8
  }
}
