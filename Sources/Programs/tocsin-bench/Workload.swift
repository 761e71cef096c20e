/// A named operation to measure.
struct Workload: Sendable {
  /// The name as `layer/operation`.
  let name: String
  /// A short description of one operation.
  let summary: String
  /// Prepares the measurement; not part of the measured time.
  let prepare: @Sendable () async throws -> PreparedWorkload

  init(
    _ name: String, _ summary: String,
    prepare: @escaping @Sendable () async throws -> PreparedWorkload
  ) {
    self.name = name
    self.summary = summary
    self.prepare = prepare
  }

  /// All workloads, in the order in which a sample passes through the program.
  static let all: [Workload] =
    collecting + exposition + values + storing + querying + fleet + rules
}

/// A workload that is ready to be measured.
struct PreparedWorkload {
  /// The number of operations per round.
  var operations: Int
  /// The number of bytes that one round reads or writes; nil where it is not meaningful.
  var bytes: Int?
  /// Runs before each round, outside the measured time.
  var setUp: () async throws -> Void = {}
  /// Removes what was prepared.
  var cleanUp: () async -> Void = {}
  /// Runs one round.
  let round: () async throws -> Void

  init(operations: Int = 1, bytes: Int? = nil, round: @escaping () async throws -> Void) {
    self.operations = operations
    self.bytes = bytes
    self.round = round
  }
}

/// Consumes a result, so that the optimiser cannot remove its computation.
@inline(never)
func blackHole<Value>(_ value: Value) {}
