import MetricModel

/// Decodes the protobuf messages of remote write 1.0 (`prometheus.WriteRequest`) and 2.0
/// (`io.prometheus.write.v2.Request`).
package struct WriteRequestDecoder {
  /// The supported messages.
  package enum Message: String, Sendable {
    case version1 = "prometheus.WriteRequest"
    case version2 = "io.prometheus.write.v2.Request"
  }

  /// The maximum number of labels of one series.
  package static let labelLimit = 1_000
  /// The maximum number of series in one request.
  package static let seriesLimit = 1_000_000
  /// The maximum number of samples in one request.
  package static let sampleLimit = 1_000_000
  /// The maximum size of the labels of all series together, in bytes. Many series can refer to one
  /// symbol, so a short message can expand to a large one.
  package static let labelByteLimit = 64 << 20

  private var request = WriteRequest()
  private var seriesCount = 0
  private var labelBytes = 0

  /// Decodes a message.
  ///
  /// - Throws: ``WriteRequestError`` if the message is malformed or exceeds a limit.
  package static func decode(
    _ bytes: Span<UInt8>, as message: Message
  ) throws(WriteRequestError) -> WriteRequest {
    var decoder = WriteRequestDecoder()
    switch message {
    case .version1: try decoder.decodeVersion1(bytes)
    case .version2: try decoder.decodeVersion2(bytes)
    }
    return decoder.request
  }

  // MARK: - 1.0

  private mutating func decodeVersion1(_ bytes: Span<UInt8>) throws(WriteRequestError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      // Field 3 is metadata, which is taken from scrapes only.
      guard field.number == 1 else { continue }
      try series(bytes, in: try Self.range(field), version1: true, symbols: [])
    }
  }

  // MARK: - 2.0

  private mutating func decodeVersion2(_ bytes: Span<UInt8>) throws(WriteRequestError) {
    var symbols: [String] = []
    var ranges: [Range<Int>] = []
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 4: symbols.append(try Self.text(bytes, try Self.range(field)))
      case 5: ranges.append(try Self.range(field))
      default: continue
      }
    }
    guard symbols.first ?? "" == "" else { throw .malformed("the first symbol is not empty") }
    for range in ranges { try series(bytes, in: range, version1: false, symbols: symbols) }
  }

  // MARK: - Both

  /// Decodes one series. In both versions labels are field 1 and samples field 2; exemplars and
  /// histograms have swapped numbers.
  private mutating func series(
    _ bytes: Span<UInt8>, in range: Range<Int>, version1: Bool, symbols: [String]
  ) throws(WriteRequestError) {
    var labels: [Label] = []
    var references: [UInt64] = []
    var samples: [(Timestamp, Double)] = []
    var reader = ProtobufReader(bytes, in: range)
    seriesCount += 1
    guard seriesCount <= Self.seriesLimit else {
      throw .limitReached("series of a request", Self.seriesLimit)
    }
    while let field = try reader.next() {
      switch field.number {
      case 1 where version1: labels.append(try Self.label(bytes, try Self.range(field)))
      case 1: try Self.references(bytes, field, into: &references)
      case 2: samples.append(try Self.sample(bytes, try Self.range(field)))
      case 3: if version1 { request.exemplars += 1 } else { request.histograms += 1 }
      case 4: if version1 { request.histograms += 1 } else { request.exemplars += 1 }
      default: continue
      }
      guard labels.count <= Self.labelLimit, references.count <= 2 * Self.labelLimit else {
        throw .limitReached("labels of a series", Self.labelLimit)
      }
      guard request.samples.count + samples.count <= Self.sampleLimit else {
        throw .limitReached("samples of a request", Self.sampleLimit)
      }
    }
    if !version1 { labels = try Self.labels(references, symbols: symbols) }
    for label in labels { labelBytes += label.name.utf8.count + label.value.utf8.count }
    guard labelBytes <= Self.labelByteLimit else {
      throw .limitReached("bytes of the labels of a request", Self.labelByteLimit)
    }
    guard let index = request.add(labels) else { return }
    for (timestamp, value) in samples {
      request.samples.append(
        WriteRequest.Sample(series: index, timestamp: timestamp, value: value))
    }
  }

  private static func label(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(WriteRequestError) -> Label {
    var name = ""
    var value = ""
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try text(bytes, try self.range(field))
      case 2: value = try text(bytes, try self.range(field))
      default: continue
      }
    }
    return Label(name: name, value: value)
  }

  private static func references(
    _ bytes: Span<UInt8>, _ field: ProtobufReader.Field, into references: inout [UInt64]
  ) throws(WriteRequestError) {
    switch field.value {
    case .varint(let reference): references.append(reference)
    case .bytes(let range):
      var packed = ProtobufReader(bytes, in: range)
      while let reference = try packed.nextPacked() { references.append(reference) }
    case .fixed32, .fixed64: throw .malformed("label references of the wrong kind")
    }
  }

  private static func labels(
    _ references: [UInt64], symbols: [String]
  ) throws(WriteRequestError) -> [Label] {
    guard references.count.isMultiple(of: 2) else {
      throw .malformed("an odd number of label references")
    }
    guard references.allSatisfy({ $0 < UInt64(symbols.count) }) else {
      throw .malformed("a label reference beyond the symbols")
    }
    return stride(from: 0, to: references.count, by: 2).map { place in
      Label(name: symbols[Int(references[place])], value: symbols[Int(references[place + 1])])
    }
  }

  private static func sample(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(WriteRequestError) -> (Timestamp, Double) {
    var value = 0.0
    var time: Int64 = 0
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .fixed64(let bits)): value = Double(bitPattern: bits)
      case (2, .varint(let bits)): time = Int64(bitPattern: bits)
      case (1, _), (2, _): throw .malformed("a sample of the wrong kind")
      default: continue
      }
    }
    return (Timestamp(rawValue: time), value)
  }

  private static func range(
    _ field: ProtobufReader.Field
  ) throws(WriteRequestError) -> Range<Int> {
    guard case .bytes(let range) = field.value else {
      throw .malformed("field \(field.number) of the wrong kind")
    }
    return range
  }

  private static func text(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(WriteRequestError) -> String {
    let copy = range.map { bytes[$0] }
    guard let text = String(validating: copy, as: UTF8.self) else {
      throw .malformed("a text that is no UTF-8")
    }
    return text
  }
}
