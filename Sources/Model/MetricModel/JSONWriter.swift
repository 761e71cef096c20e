/// Writes JSON into one buffer; it inserts commas itself.
///
/// For responses with many thousands of samples a tree of values would cost more than the query.
/// Closures write objects and arrays, so their brackets always balance.
public struct JSONWriter: Sendable {
  /// The JSON text so far, in UTF-8.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init() {}

  /// Reserves capacity for `count` more bytes, so that a long text is not moved while it grows.
  public mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  /// Writes `{...}`; `body` calls `key` before each value.
  @inlinable
  public mutating func object<Failure: Error>(
    _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    open(UInt8(ascii: "{"))
    try body(&self)
    close(UInt8(ascii: "}"))
  }

  /// Writes `[...]`; `body` writes the elements.
  @inlinable
  public mutating func array<Failure: Error>(
    _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    open(UInt8(ascii: "["))
    try body(&self)
    close(UInt8(ascii: "]"))
  }

  /// Writes a member's name; exactly one value must follow.
  public mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string with JSON's escapes.
  public mutating func string(_ text: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 { appendEscaped(byte) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a whole number.
  public mutating func integer(_ value: Int) {
    separate()
    FloatFormat.appendInteger(Int64(value), to: &bytes)
  }

  /// Writes a number; infinities and NaN, which JSON lacks, become null.
  public mutating func number(_ value: Double) {
    guard value.isFinite else {
      null()
      return
    }
    separate()
    FloatFormat.append(value, to: &bytes, style: .api)
  }

  /// Writes a sample value as the query API does: a number in a string, `"+Inf"` and `"NaN"`
  /// included.
  public mutating func sampleValue(_ value: Double) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    FloatFormat.append(value, to: &bytes, style: .api)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes an instant as the query API does: seconds with at most three decimals.
  public mutating func instant(_ timestamp: Timestamp) {
    separate()
    bytes.append(addingCapacity: Self.instantCapacity) { text in
      Self.append(timestamp, to: &text)
    }
  }

  /// Writes a sample as the query API does: `[1758000000.123,"0.25"]`.
  ///
  /// - Complexity: O(1), about 15 ns in addition to the value.
  public mutating func point(_ timestamp: Timestamp, _ value: Double) {
    point(value) { Self.beginPoint(timestamp, &$0) }
  }

  /// Writes a sample at an instant that many series share.
  ///
  /// - Complexity: O(1), about 5 ns in addition to the value.
  public mutating func point(_ start: PointStart, _ value: Double) {
    point(value) { start.append(to: &$0) }
  }

  @inline(__always)
  private mutating func point(_ value: Double, begin: (inout OutputSpan<UInt8>) -> Void) {
    let comma = needsComma
    needsComma = true
    bytes.append(addingCapacity: Self.instantCapacity + FloatFormat.capacity + 8) { text in
      if comma { text.append(UInt8(ascii: ",")) }
      begin(&text)
      FloatFormat.append(value, to: &text, style: .api)
      text.append(UInt8(ascii: "\""))
      text.append(UInt8(ascii: "]"))
    }
  }

  /// Writes the text before the value of a sample: `[1758000000.123,"`.
  @inline(__always)
  static func beginPoint(_ timestamp: Timestamp, _ text: inout OutputSpan<UInt8>) {
    text.append(UInt8(ascii: "["))
    append(timestamp, to: &text)
    text.append(UInt8(ascii: ","))
    text.append(UInt8(ascii: "\""))
  }

  static let instantCapacity = 40

  @inline(__always)
  private static func append(_ timestamp: Timestamp, to text: inout OutputSpan<UInt8>) {
    if timestamp.rawValue < 0 { text.append(UInt8(ascii: "-")) }
    let (seconds, fraction) = timestamp.rawValue.magnitude
      .quotientAndRemainder(dividingBy: 1000)
    text.appendDigits(seconds)
    guard fraction != 0 else { return }
    text.append(UInt8(ascii: "."))
    text.appendDigits(fraction, count: 3)
    while text.span[text.count - 1] == UInt8(ascii: "0") { text.removeLast(1) }
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  /// Writes `null`.
  public mutating func null() { raw("null") }

  /// Writes a label set as an object.
  public mutating func labels(_ labels: Labels) {
    open(UInt8(ascii: "{"))
    for label in labels {
      key(label.name)
      string(label.value)
    }
    close(UInt8(ascii: "}"))
  }

  /// Writes a value that is JSON already.
  public mutating func raw(_ json: String) {
    separate()
    bytes.append(contentsOf: json.utf8)
  }

  @usableFromInline
  mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  @usableFromInline
  mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
    case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
    case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
    case 0..<0x20, 0x7f:
      bytes.append(contentsOf: "\\u00".utf8)
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }
}
