/// Something that is measured, by name.
struct Workload: Sendable {
  /// `room/what`.
  let name: String
  /// What one operation is, in a few words.
  let summary: String
  /// Makes what is measured; not part of the time.
  let prepare: @Sendable () async throws -> PreparedWorkload

  init(
    _ name: String, _ summary: String,
    prepare: @escaping @Sendable () async throws -> PreparedWorkload
  ) {
    self.name = name
    self.summary = summary
    self.prepare = prepare
  }

  /// All workloads, in the order of a sample's life.
  static let all: [Workload] =
    collecting + exposition + values + storing + querying + fleet + rules
}

/// A workload that is ready to run.
struct PreparedWorkload {
  /// How many operations one round does.
  var operations: Int
  /// How many bytes one round reads or writes; nil where that says nothing.
  var bytes: Int?
  /// Run before each round, outside the time.
  var setUp: () async throws -> Void = {}
  /// Takes away what was made.
  var cleanUp: () async -> Void = {}
  /// One round.
  let round: () async throws -> Void

  init(operations: Int = 1, bytes: Int? = nil, round: @escaping () async throws -> Void) {
    self.operations = operations
    self.bytes = bytes
    self.round = round
  }
}

/// Takes a result, so that the optimiser cannot leave out what made it.
@inline(never)
func keep<Value>(_ value: Value) {}
