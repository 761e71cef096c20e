import Logging
import MetricModel
import StorageAPI
import Synchronization

@testable import AlertRules

/// What rules see and do, in the test's hands: data, samples, states, messages, time.
final class RuleWorld: Sendable {
  /// One sample that was written.
  struct Written: Equatable {
    let labels: Labels
    let at: Timestamp
    let value: Double
    var isStale: Bool { StaleMarker.isStale(value) }
  }

  private struct State {
    var answers: [String: RuleQueryResult] = [:]
    var failures: [String: RuleError] = [:]
    var asked: [(expression: String, at: Timestamp)] = []
    var sent: [Alert] = []
    var events: [RuleEvent] = []
  }

  private let state = Mutex(State())
  let samples = SampleLog()
  let store: MemoryStates
  let clock = ManualClock()

  init(store: MemoryStates = MemoryStates()) { self.store = store }

  /// Sets what an expression gives from now on.
  func answer(_ expression: String, _ samples: [RuleSample]) {
    state.withLock {
      $0.answers[expression] = .vector(samples)
      $0.failures[expression] = nil
    }
  }

  func answer(_ expression: String, scalar: Double) {
    state.withLock { $0.answers[expression] = .scalar(scalar) }
  }

  func fail(_ expression: String, _ error: RuleError) {
    state.withLock { $0.failures[expression] = error }
  }

  var sent: [Alert] { state.withLock { $0.sent } }
  var asked: [(expression: String, at: Timestamp)] { state.withLock { $0.asked } }
  var events: [RuleEvent] { state.withLock { $0.events } }

  /// `from>to` of every change of an alert.
  var changes: [String] {
    events.compactMap {
      guard case .alertChanged(let change) = $0 else { return nil }
      return "\(change.from.rawValue)>\(change.to.rawValue)"
    }
  }

  var services: RuleServices {
    RuleServices(
      query: { expression, instant in
        try self.state.withLock { state in
          state.asked.append((expression, instant))
          if let failure = state.failures[expression] { throw failure }
          return state.answers[expression] ?? .vector([])
        }
      },
      expand: { text, _ in text }, appender: samples, store: store, sink: Sink(world: self),
      onEvent: { event in self.state.withLock { $0.events.append(event) } }, clock: clock.clock,
      log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  private struct Sink: AlertSink {
    let world: RuleWorld
    func receive(_ alerts: [Alert]) async { world.state.withLock { $0.sent += alerts } }
  }
}

/// Samples that were written, and numbers of series.
final class SampleLog: SampleAppender {
  private struct State {
    var numbers: [Labels: SeriesID] = [:]
    var labels: [Labels] = []
    var written: [RuleWorld.Written] = []
    var forgotten: Set<SeriesID> = []
    var error: StorageError?
    var tooOld = 0
  }

  private let state = Mutex(State())

  var written: [RuleWorld.Written] { state.withLock { $0.written } }
  func removeAll() { state.withLock { $0.written = [] } }
  /// Makes the next writes fail.
  func fail(with error: StorageError?) { state.withLock { $0.error = error } }
  /// Lets the next writes be too old.
  func refuse(_ count: Int) { state.withLock { $0.tooOld = count } }
  /// Forgets all numbers that were given, as a store does with idle series.
  func forgetNumbers() {
    state.withLock { state in
      state.forgotten.formUnion(state.numbers.values)
      state.numbers = [:]
    }
  }

  func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    state.withLock { state in
      labels.map { labels in
        if let number = state.numbers[labels] { return number }
        let number = SeriesID(rawValue: UInt64(state.labels.count))
        state.numbers[labels] = number
        state.labels.append(labels)
        return number
      }
    }
  }

  func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    let result: Result<AppendOutcome, StorageError> = state.withLock { state in
      if let error = state.error { return .failure(error) }
      var outcome = AppendOutcome()
      outcome.tooOld = state.tooOld
      for index in 0..<batch.count {
        let number = batch.series[index]
        guard !state.forgotten.contains(number) else {
          outcome.unknownSeries.append(number)
          continue
        }
        state.written.append(
          RuleWorld.Written(
            labels: state.labels[Int(number.rawValue)], at: batch.timestamps[index],
            value: batch.values[index]))
        outcome.appended += 1
      }
      return .success(outcome)
    }
    return try result.get()
  }
}

/// A state store in memory.
final class MemoryStates: StateStore {
  private let tables = Mutex<[StateTable: [String: [UInt8]]]>([:])
  private let refuses = Atomic(false)

  func refuseWrites(_ refused: Bool) { refuses.store(refused, ordering: .releasing) }
  func count(_ table: StateTable) -> Int { tables.withLock { $0[table]?.count ?? 0 } }

  func rows(in table: StateTable) async throws(StorageError) -> [StateRow] {
    tables.withLock { tables in
      (tables[table] ?? [:]).map { StateRow(key: $0.key, value: $0.value) }
        .sorted { $0.key < $1.key }
    }
  }

  func apply(_ changes: [StateChange]) async throws(StorageError) {
    if refuses.load(ordering: .acquiring) { throw .notWritable("disk full") }
    tables.withLock { tables in
      for change in changes {
        switch change {
        case .put(let table, let key, let value): tables[table, default: [:]][key] = value
        case .delete(let table, let key): tables[table]?[key] = nil
        }
      }
    }
  }
}

/// A clock that stands still until the test moves it.
final class ManualClock: Sendable {
  private struct Sleeper {
    let id: Int
    let until: Int64
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: Int64 = 1_000_000_000
    var nextID = 0
    var sleepers: [Sleeper] = []
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  var now: Timestamp { Timestamp(rawValue: state.withLock { $0.now }) }
  var sleeperCount: Int { state.withLock { $0.sleepers.count } }
  var clock: RuleClock {
    RuleClock(now: { self.now }, sleep: { try await self.sleep($0) })
  }

  /// Moves the time and wakes whoever waited for it.
  func advance(seconds: Int64) {
    let due = state.withLock { state -> [Sleeper] in
      state.now += seconds * 1000
      let due = state.sleepers.filter { $0.until <= state.now }
      state.sleepers.removeAll { $0.until <= state.now }
      return due
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Waits until so many tasks wait for the time to move.
  func untilAsleep(_ count: Int) async {
    while sleeperCount < count { await Task.yield() }
  }

  private func sleep(_ milliseconds: Int64) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if state.cancelled.contains(id) { return true }
          state.sleepers.append(
            Sleeper(id: id, until: state.now + milliseconds, continuation: continuation))
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = state.withLock { state -> Sleeper? in
        state.cancelled.insert(id)
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
        return state.sleepers.remove(at: index)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
