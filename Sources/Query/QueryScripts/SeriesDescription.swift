package import MetricModel

/// A series as rule tests write it: its labels, and a value per step.
package struct SeriesDescription: Sendable {
  /// One value; the stale marker is one, too.
  package enum Value: Sendable {
    case gap
    case number(Double)
    /// A native histogram, which the engine does not support yet.
    case histogram
  }

  /// The label set.
  package let labels: Labels
  /// The values, from the first step on.
  package let values: [Value]

  /// Why a text is not a series.
  package struct Fault: Error, CustomStringConvertible {
    package let description: String
  }

  /// Reads `up{job="a"}` and `1 2+1x3 _ stale`; without a name and labels it is the series without
  /// labels.
  package init(series: String, values: String = "") throws(Fault) {
    let line = series.allSatisfy(\.isWhitespace) ? "{}" : series
    let parsed: Script.Series
    do throws(ScriptError) {
      guard !series.contains(where: \.isNewline) else { throw ScriptError("more than one line") }
      parsed = try SeriesLine.parse("\(line) \(values)"[...])
    } catch {
      throw Fault(description: error.reason)
    }
    guard !parsed.holdsStarts else {
      throw Fault(description: "start timestamps (@st) do not belong here")
    }
    labels = parsed.labels
    self.values = parsed.values.map { value in
      switch value {
      case .gap, .start: .gap
      case .stale: .number(StaleMarker.value)
      case .number(let number): .number(number)
      case .histogram: .histogram
      }
    }
  }
}
