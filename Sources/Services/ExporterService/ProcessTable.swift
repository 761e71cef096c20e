package import ExporterConfiguration
import ProcessCollectors

/// Processes and their groups, as lines of text.
package struct ProcessTable: Sendable {
  private let rows: [ProcessSurvey.Row]
  /// The maximum length of a printed command, in characters.
  private static let commandWidth = 100

  init(_ survey: ProcessSurvey) {
    rows = survey.rows
  }

  /// One line per process, and a last line with their number.
  package func lines(withUngrouped: Bool) -> [String] {
    let shown = rows.filter { withUngrouped || $0.group != nil }
    let width = shown.map { ($0.group ?? "-").count }.max() ?? 1
    let reasonWidth = shown.map(\.reason.count).max() ?? 1
    var lines = ["    PID  \(padded("GROUP", width))  \(padded("WHY", reasonWidth))  COMMAND"]
    for row in shown {
      let pid = String(repeating: " ", count: max(0, 7 - String(row.pid).count)) + String(row.pid)
      lines.append(
        "\(pid)  \(padded(row.group ?? "-", width))  \(padded(row.reason, reasonWidth))  "
          + Self.printable(row.command))
    }
    let groups = Set(rows.compactMap(\.group)).count
    let without = rows.count { $0.group == nil }
    lines.append("\(rows.count) processes, \(groups) groups, \(without) processes without a group")
    return lines
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// A command on one line, without control characters.
  private static func printable(_ command: String) -> String {
    let line = String(
      command.unicodeScalars.prefix(commandWidth + 1).map {
        $0.properties.generalCategory == .control ? " " : Character($0)
      })
    return line.count > commandWidth ? String(line.prefix(commandWidth - 3)) + "..." : line
  }
}

extension ExporterConfiguration {
  /// Reads all processes and groups them as the exporter does.
  package func surveyProcesses() throws -> ProcessTable {
    ProcessTable(try ProcessSurvey(processContext()))
  }
}
