/// What became of the cases of a script.
package struct ScriptReport: Sendable {
  /// How many cases hold.
  package var passed = 0
  /// How many cases meet a native histogram, which the engine does not know yet.
  package var skipped = 0
  /// What is wrong, each beginning with the number of its line.
  package var failures: [String] = []

  package init() {}
}
