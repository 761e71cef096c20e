import ExpositionFormat

/// What a collector has done since the program began.
struct CollectorCounters: Sendable {
  var runs: UInt64 = 0
  var failures: UInt64 = 0
  var timeouts: UInt64 = 0
  var problems = FamilyProblems()
}

/// What the last finished run of a collector left.
struct CollectorResult: Sendable {
  var state: CollectorState
  var message = ""
  var text = FamilyText()
  var duration: Duration = .zero
  var finished: Duration = .zero
}
