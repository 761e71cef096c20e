import Codecs
package import MetricModel

/// Encodes `prometheus.WriteRequest`, the message of remote write 1.0.
///
/// The concatenation of two messages is one message with the series of both, so requests are joined
/// by joining their bytes.
package struct WriteRequestEncoder {
  /// The encoded message so far.
  package private(set) var bytes: [UInt8] = []
  /// The number of samples in it.
  package private(set) var count = 0

  package init() {}

  /// Adds one sample with the encoded labels of its series.
  package mutating func add(_ labels: [UInt8], at timestamp: Timestamp, _ value: Double) {
    let time = UInt64(bitPattern: timestamp.rawValue)
    // One key and eight bytes for the value, and one key for the time.
    let sampleLength = 10 + Self.length(time)
    bytes.append(1 << 3 | 2)
    Varint.append(UInt64(labels.count + 2 + sampleLength), to: &bytes)
    bytes += labels
    bytes.append(2 << 3 | 2)
    bytes.append(UInt8(sampleLength))
    bytes.append(1 << 3 | 1)
    for shift in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * shift)))
    }
    bytes.append(2 << 3)
    Varint.append(time, to: &bytes)
    count += 1
  }

  /// Encodes the labels of a series; needed once per series.
  package static func labels(_ labels: Labels) -> [UInt8] {
    var result: [UInt8] = []
    for label in labels {
      var pair: [UInt8] = []
      append(label.name, field: 1, to: &pair)
      append(label.value, field: 2, to: &pair)
      result.append(1 << 3 | 2)
      Varint.append(UInt64(pair.count), to: &result)
      result += pair
    }
    return result
  }

  private static func append(_ text: String, field: UInt8, to bytes: inout [UInt8]) {
    bytes.append(field << 3 | 2)
    Varint.append(UInt64(text.utf8.count), to: &bytes)
    bytes += text.utf8
  }

  private static func length(_ value: UInt64) -> Int {
    max(1, (64 - value.leadingZeroBitCount + 6) / 7)
  }
}
