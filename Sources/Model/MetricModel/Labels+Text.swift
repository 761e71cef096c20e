extension Labels: CustomStringConvertible {
  /// The set as Prometheus prints a series: `up{job="node"}`, or `{a="b"}` without a metric name.
  public var description: String {
    var bytes: [UInt8] = []
    var isFirst = true
    var name: String?
    for label in self {
      if label.name == Label.metricName, NameRules.isMetricName(label.value) {
        name = label.value
        continue
      }
      bytes.append(contentsOf: isFirst ? [] : Array(", ".utf8))
      isFirst = false
      if NameRules.isLabelName(label.name) {
        bytes.append(contentsOf: label.name.utf8)
      } else {
        LabelText.appendQuoted(label.name, to: &bytes)
      }
      bytes.append(UInt8(ascii: "="))
      LabelText.appendQuoted(label.value, to: &bytes)
    }
    let set = String(decoding: bytes, as: UTF8.self)
    guard let name else { return "{\(set)}" }
    return set.isEmpty ? name : "\(name){\(set)}"
  }
}

extension Labels: Comparable {
  /// Orders by names and values as bytes; `__name__` is sorted like any other label (PQL12).
  public static func < (left: Labels, right: Labels) -> Bool {
    var leftCursor = Cursor(left.packed)
    var rightCursor = Cursor(right.packed)
    while true {
      guard let rightRange = rightCursor.next() else { return false }
      guard let leftRange = leftCursor.next() else { return true }
      let leftText = left.packed[leftRange]
      let rightText = right.packed[rightRange]
      if leftText != rightText { return leftText.lexicographicallyPrecedes(rightText) }
    }
  }
}

/// Quotes label values in series texts.
public enum LabelText {
  /// Appends the text in double quotes, with backslash, quote and newline escaped.
  public static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"), UInt8(ascii: "\""):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "n"))
      default:
        bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
