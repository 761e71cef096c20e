import ExpositionFormat

/// The counters of a collector since the program began.
struct CollectorCounters: Sendable {
  var runs: UInt64 = 0
  var failures: UInt64 = 0
  var timeouts: UInt64 = 0
  var problems = FamilyProblems()
}

/// The result of the last finished run of a collector.
struct CollectorResult: Sendable {
  var state: CollectorState
  var message = ""
  var text = FamilyText()
  var duration: Duration = .zero
  var finished: Duration = .zero
}
