public import MetricModel

/// Writes samples as the Prometheus text format 0.0.4.
///
/// The caller begins a family, then adds its samples; families must not be taken up again later.
/// Collectors use `FamilyBuffer`, which keeps rendered series between scrapes; this writer is for
/// texts that are written once, such as a daemon's own `/metrics`.
public struct ExpositionWriter: Sendable {
  /// The media type to answer with.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"

  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// Makes an empty writer with room for a number of bytes.
  public init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// Begins a family: one HELP and one TYPE line.
  public mutating func beginFamily(_ name: String, type: MetricType, help: String) {
    Self.appendHeader(name: name, type: type, help: help, to: &bytes)
  }

  /// Begins a family of which nothing is known but its name.
  public mutating func beginUntyped(_ name: String) {
    let written = NameRules.isMetricName(name) ? name : Self.quoted(name)
    bytes += "# TYPE \(written) untyped\n".utf8
  }

  /// Adds one sample. A `__name__` among the labels is left out; `name` may carry a suffix such as
  /// `_bucket`. The labels of `extra` follow as they are given, empty values included.
  public mutating func sample(
    _ name: String, labels: Labels, extra: [Label] = [], value: Double,
    timestamp: Timestamp? = nil
  ) {
    var isFirst = true
    if NameRules.isMetricName(name) {
      bytes.append(contentsOf: name.utf8)
    } else {
      bytes += "{\(Self.quoted(name))".utf8
      isFirst = false
    }
    for label in labels where label.name != "__name__" {
      append(label, isFirst: isFirst)
      isFirst = false
    }
    for label in extra {
      append(label, isFirst: isFirst)
      isFirst = false
    }
    if !isFirst { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: " "))
    FloatFormat.append(value, to: &bytes)
    if let timestamp {
      bytes.append(UInt8(ascii: " "))
      FloatFormat.appendInteger(timestamp.rawValue, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func append(_ label: Label, isFirst: Bool) {
    bytes.append(UInt8(ascii: isFirst ? "{" : ","))
    let isPlain = NameRules.isLabelName(label.name)
    Self.appendLabel(
      name: isPlain ? label.name : Self.quoted(label.name), value: label.value, to: &bytes)
  }

  /// A name that has other characters than the classic ones.
  private static func quoted(_ name: String) -> String {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    ExpositionEscaping.appendLabelValue(name, to: &text)
    return String(decoding: text + [UInt8(ascii: "\"")], as: UTF8.self)
  }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  /// Appends the HELP and TYPE lines of a family.
  public static func appendHeader(
    name: String, type: MetricType, help: String, to output: inout [UInt8]
  ) {
    output.append(contentsOf: "# HELP ".utf8)
    output.append(contentsOf: name.utf8)
    output.append(UInt8(ascii: " "))
    ExpositionEscaping.appendHelp(help, to: &output)
    output.append(contentsOf: "\n# TYPE ".utf8)
    output.append(contentsOf: name.utf8)
    output.append(UInt8(ascii: " "))
    output.append(contentsOf: type.textFormatName.utf8)
    output.append(UInt8(ascii: "\n"))
  }

  /// Appends `name="escaped value"`.
  public static func appendLabel(name: String, value: String, to output: inout [UInt8]) {
    output.append(contentsOf: name.utf8)
    output.append(UInt8(ascii: "="))
    output.append(UInt8(ascii: "\""))
    ExpositionEscaping.appendLabelValue(value, to: &output)
    output.append(UInt8(ascii: "\""))
  }
}
