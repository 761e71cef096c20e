import Codecs
import Glibc
import MetricModel

/// Where the counts of a classic histogram's buckets decreased, so that they had to be raised.
struct ForcedBuckets {
  /// The lowest and the highest bound of such a bucket.
  var bounds: ClosedRange<Double>
  /// The most by which a count was raised.
  var difference: Double
  /// The number of histograms and steps affected.
  var count = 1
  /// The first and the last time, in milliseconds.
  var times: ClosedRange<Int64> = 0...0

  /// Merges two into one annotation.
  func joined(with other: ForcedBuckets) -> ForcedBuckets {
    var joined = self
    joined.bounds =
      min(
        bounds.lowerBound, other.bounds.lowerBound)...max(
        bounds.upperBound, other.bounds.upperBound)
    joined.difference = max(difference, other.difference)
    joined.count += other.count
    joined.times =
      min(
        times.lowerBound, other.times.lowerBound)...max(
        times.upperBound, other.times.upperBound)
    return joined
  }

  /// The end of the annotation, before its position.
  var details: String {
    let low = FloatFormat.string(bounds.lowerBound, style: .template)
    let high = FloatFormat.string(bounds.upperBound, style: .template)
    return ", from buckets \(low) to \(high), with a max diff of \(Self.twoDigits(difference))"
      + ", over \(count) samples from \(Self.text(times.lowerBound)) to "
      + Self.text(times.upperBound)
  }

  private static func text(_ milliseconds: Int64) -> String {
    let date = CivilDate(Timestamp(rawValue: milliseconds / 1000 * 1000))
    return date.dateText + "T" + date.timeText + "Z"
  }

  /// A positive number with two digits, as `%.2g` prints it.
  static func twoDigits(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return FloatFormat.string(value, style: .template) }
    var exponent = Int(log10(value).rounded(.down))
    var digits = Int((value / pow(10, Double(exponent - 1))).rounded(.toNearestOrEven))
    if digits >= 100 {
      digits /= 10
      exponent += 1
    }
    let (first, second) = (digits / 10, digits % 10)
    if exponent == 1 { return "\(digits)" }
    if exponent >= -4, exponent < 1 {
      let zeros = String(repeating: "0", count: max(0, -exponent - 1))
      let tail = second == 0 ? "" : "\(second)"
      if exponent == 0 { return tail.isEmpty ? "\(first)" : "\(first).\(tail)" }
      return "0.\(zeros)\(first)\(tail)"
    }
    let power = abs(exponent)
    return "\(first)\(second == 0 ? "" : ".\(second)")e\(exponent < 0 ? "-" : "+")"
      + (power < 10 ? "0\(power)" : "\(power)")
  }
}
