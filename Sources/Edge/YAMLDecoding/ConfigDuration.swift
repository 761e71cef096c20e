/// Durations as Prometheus writes them: `1h30m`, with the units `y w d h m s ms` from large to small, each at most once;
/// `0` needs no unit.
package enum ConfigDuration {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000),
    ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]

  /// The milliseconds of a duration, nil when the text is none or does not fit.
  package static func milliseconds(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    var rest = Substring(text)
    var next = 0
    var total: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest[digits.endIndex...]
      let name = rest.prefix { ("a"..."z").contains($0) }
      rest = rest[name.endIndex...]
      guard let amount = Int64(digits),
        let unit = units[next...].firstIndex(where: { $0.name == name })
      else { return nil }
      let (product, isTooLarge) = amount.multipliedReportingOverflow(by: units[unit].milliseconds)
      let (sum, overflows) = total.addingReportingOverflow(product)
      // Nanoseconds in 64 bits are the peers' limit: about 292 years.
      guard !isTooLarge, !overflows, sum <= Int64.max / 1_000_000 else { return nil }
      total = sum
      next = unit + 1
    }
    return text.isEmpty ? nil : total
  }

  /// A duration as Prometheus writes it; weeks and years only when they are the only unit.
  package static func text(milliseconds: Int64) -> String {
    if milliseconds == 0 { return "0s" }
    for unit in units.prefix(2) where milliseconds % unit.milliseconds == 0 {
      return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
    var rest = milliseconds
    var text = ""
    for unit in units.dropFirst(2) where rest >= unit.milliseconds {
      text += "\(rest / unit.milliseconds)\(unit.name)"
      rest %= unit.milliseconds
    }
    return text
  }
}
