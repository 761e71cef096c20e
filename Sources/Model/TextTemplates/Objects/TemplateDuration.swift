/// A duration in templates, Go's `time.Duration`: prints as `1h2m3.5s`.
package struct TemplateDuration: TemplateObject, Hashable {
  /// The length in nanoseconds.
  package let nanoseconds: Int64

  /// Creates a duration.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Creates a duration; one that does not fit becomes the longest or shortest possible.
  package init(milliseconds: Int64) {
    let (product, isTooLong) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    nanoseconds = isTooLong ? (milliseconds < 0 ? .min : .max) : product
  }

  /// Go's name of the type.
  package var typeName: String { "time.Duration" }

  /// The length in nanoseconds, as Go encodes it.
  package var json: TemplateValue { .int(Int(nanoseconds)) }

  /// The length in seconds.
  package var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The length as Go prints it, in the largest units that fit: `1h2m3.5s`, `1.5ms`.
  package var printed: String {
    let magnitude = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    if magnitude == 0 { return "0s" }
    if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return sign + Self.decimal(magnitude, per: 1_000) + "µs" }
    if magnitude < 1_000_000_000 { return sign + Self.decimal(magnitude, per: 1_000_000) + "ms" }
    let minute: UInt64 = 60_000_000_000
    let seconds = Self.decimal(magnitude % minute, per: 1_000_000_000) + "s"
    let minutes = magnitude / minute
    if minutes == 0 { return sign + seconds }
    if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
    return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
  }

  /// The methods of Go's `time.Duration`, without `Abs`, `Microseconds` and those that change
  /// nothing.
  package func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? {
    let value: TemplateValue
    switch method {
    case "Hours": value = .number(seconds / 3600)
    case "Minutes": value = .number(seconds / 60)
    case "Seconds": value = .number(seconds)
    case "Milliseconds": value = .int(Int(nanoseconds / 1_000_000))
    case "Nanoseconds": value = .int(Int(nanoseconds))
    case "String": value = .string(printed)
    case "Round", "Truncate":
      try expect(1, arguments, of: method)
      return .object(try rounded(to: arguments[0], isTruncating: method == "Truncate"))
    default: return nil
    }
    try expect(0, arguments, of: method)
    return value
  }

  private func rounded(
    to argument: TemplateValue, isTruncating: Bool
  ) throws(TemplateFault) -> TemplateDuration {
    let step: Int64
    switch argument {
    case .int(let number): step = Int64(number)
    case .object(let object as TemplateDuration): step = object.nanoseconds
    default: throw TemplateFault("expected time.Duration, got \(argument.typeName)")
    }
    guard step > 0 else { return self }
    let rest = nanoseconds % step
    var result = nanoseconds - rest
    if !isTruncating, rest.magnitude >= step.magnitude - rest.magnitude {
      let (next, isTooLong) = result.addingReportingOverflow(rest < 0 ? -step : step)
      if !isTooLong { result = next }
    }
    return TemplateDuration(nanoseconds: result)
  }

  /// A quotient with as many decimals as it needs.
  private static func decimal(_ value: UInt64, per unit: UInt64) -> String {
    let fraction = value % unit
    if fraction == 0 { return String(value / unit) }
    let digits = String(fraction)
    var padded = String(repeating: "0", count: String(unit).count - 1 - digits.count) + digits
    while padded.hasSuffix("0") { padded.removeLast() }
    return "\(value / unit).\(padded)"
  }
}
