/// The results of a script's cases.
package struct ScriptReport: Sendable {
  /// The number of cases that passed.
  package var passed = 0
  /// The lines of cases that use native histograms, which the engine does not support yet.
  package var skippedLines: [Int] = []
  /// The failures, each beginning with its line number.
  package var failures: [String] = []

  package init() {}

  /// The number of skipped cases.
  package var skipped: Int { skippedLines.count }

  /// Adds the results of another script.
  package mutating func add(_ other: ScriptReport) {
    passed += other.passed
    skippedLines += other.skippedLines
    failures += other.failures
  }
}
