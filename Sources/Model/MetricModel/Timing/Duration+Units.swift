extension Duration {
  /// The length in seconds, with its fraction.
  public var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  /// The length in whole milliseconds, rounded down; saturates instead of overflowing.
  public var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    var part = attoseconds / 1_000_000_000_000_000
    if attoseconds < 0, attoseconds % 1_000_000_000_000_000 != 0 { part -= 1 }
    let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, overflows) = product.addingReportingOverflow(part)
    guard isTooLarge || overflows else { return sum }
    return seconds < 0 ? .min : .max
  }
}

extension Duration {
  /// A duration of whole minutes.
  public static func minutes(_ minutes: Int64) -> Duration { .seconds(minutes * 60) }

  /// A duration of whole hours.
  public static func hours(_ hours: Int64) -> Duration { .minutes(hours * 60) }
}
