/// What became of the cases of a script.
package struct ScriptReport: Sendable {
  /// How many cases hold.
  package var passed = 0
  /// The lines of the cases that meet a native histogram, which the engine does not know yet.
  package var skippedLines: [Int] = []
  /// What is wrong, each beginning with the number of its line.
  package var failures: [String] = []

  package init() {}

  /// How many cases meet a native histogram.
  package var skipped: Int { skippedLines.count }

  /// Adds what became of another script.
  package mutating func add(_ other: ScriptReport) {
    passed += other.passed
    skippedLines += other.skippedLines
    failures += other.failures
  }
}
