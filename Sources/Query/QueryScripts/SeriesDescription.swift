package import MetricModel

/// A series as tests of rules write it: who it is, and a value per step.
package struct SeriesDescription: Sendable {
  /// One value; the stale marker is one, too.
  package enum Value: Sendable {
    case gap
    case number(Double)
    /// A native histogram, which the engine does not know yet.
    case histogram
  }

  /// Who.
  package let labels: Labels
  /// What, from the first step on.
  package let values: [Value]

  /// Why a text is no series.
  package struct Fault: Error, CustomStringConvertible {
    package let description: String
  }

  /// Reads `up{job="a"}` and `1 2+1x3 _ stale`; without a name and labels it is the series without labels.
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
