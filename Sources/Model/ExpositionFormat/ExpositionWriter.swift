public import MetricModel

/// Writes samples in the Prometheus text format 0.0.4.
///
/// The caller begins a family and then adds its samples; a family must not be continued later.
/// Collectors use `FamilyBuffer`, which retains rendered series between scrapes; this writer is for
/// texts that are written once, such as a program's own `/metrics`.
public struct ExpositionWriter: Sendable {
  /// The media type of the text.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"

  /// The text so far.
  public private(set) var bytes: [UInt8] = []

  /// Creates an empty writer with a reserved capacity in bytes.
  public init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// Begins a family with its HELP and TYPE lines.
  public mutating func beginFamily(_ name: String, type: MetricType, help: String) {
    Self.appendHeader(name: name, type: type, help: help, to: &bytes)
  }

  /// Begins a family of which only the name is known.
  public mutating func beginUntyped(_ name: String) {
    let written = NameRules.isMetricName(name) ? name : Self.quoted(name)
    bytes += "# TYPE \(written) untyped\n".utf8
  }

  /// Adds one sample; `name` may have a suffix such as `_bucket`.
  ///
  /// A `__name__` among the labels is omitted. The labels of `extra` follow unchanged, including
  /// empty values.
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

  /// The quoted form of a name with characters that the classic rules do not allow.
  private static func quoted(_ name: String) -> String {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    ExpositionEscaping.appendLabelValue(name, to: &text)
    return String(decoding: text + [UInt8(ascii: "\"")], as: UTF8.self)
  }

  /// Removes the text, but retains the capacity.
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
