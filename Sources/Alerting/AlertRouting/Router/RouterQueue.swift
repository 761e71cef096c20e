import Concurrency
import MetricModel
import StorageAPI
import Synchronization

/// What waits for the router's loop. Putting something in never waits, however long the store
/// takes.
///
/// It is bounded: alerts of rules wait once each, and a newer state of an alert replaces the one
/// that waits; requests, whose senders wait for an answer, are refused beyond
/// ``RouterLimits/waitingRequests``; there are as many results as attempts under way.
final class RouterQueue: Sendable {
  /// What was waiting.
  struct Batch: Sendable {
    /// Alerts from rules, each in its newest state.
    var alerts: [Alert] = []
    /// Alerts whose senders wait until they are stored.
    var posts: [Post] = []
    /// Configurations, the newest last.
    var reloads: [Reload] = []
    /// Changes to silences.
    var silences: [SilenceRequest] = []
    /// How attempts to deliver messages ended.
    var results: [DeliveryResult] = []
  }

  /// Alerts, and where to say what is wrong with some of them.
  struct Post: Sendable {
    let alerts: [Alert]
    let reply = Promise<[String]>()
  }

  /// A configuration, and where to say that it is in force.
  struct Reload: Sendable {
    let setup: RouterSetup
    let reply = Promise<Void>()
  }

  /// A change to the silences, and where to say how it ended.
  struct SilenceRequest: Sendable {
    enum Change: Sendable {
      case set(Silence)
      case expire(id: String)
    }

    let change: Change
    let reply = Promise<Result<Silence, SilenceError>>()
  }

  private struct State {
    var batch = Batch()
    /// The places of the alerts in the batch.
    var places: [Labels: Int] = [:]
    var superseded = 0
    var dropped = 0
    var isClosed = false

    mutating func take() -> Batch {
      places = [:]
      defer { batch = Batch() }
      return batch
    }
  }

  private let limits: RouterLimits
  private let state = Mutex(State())
  private let signal = AsyncSignal()

  init(limits: RouterLimits) { self.limits = limits }

  /// Adds alerts from rules; a newer state of an alert that waits already replaces it.
  ///
  /// Beyond ``RouterLimits/alerts`` different alerts, further ones are dropped: the router would
  /// refuse them, and rules send them again. After ``close()`` all are dropped.
  func put(_ alerts: [Alert], at now: Timestamp) {
    state.withLock { state in
      if state.isClosed { return }
      for alert in alerts {
        if let place = state.places[alert.labels] {
          state.batch.alerts[place] = state.batch.alerts[place].merged(with: alert, at: now)
          state.superseded += 1
        } else if state.batch.alerts.count < limits.alerts {
          state.places[alert.labels] = state.batch.alerts.count
          state.batch.alerts.append(alert)
        } else {
          state.dropped += 1
        }
      }
    }
    signal.notify()
  }

  /// Adds the result of an attempt to deliver a message.
  func put(_ result: DeliveryResult) {
    state.withLock { $0.batch.results.append(result) }
    signal.notify()
  }

  /// Adds a configuration; after ``close()`` it is ignored, and its reply given at once.
  func put(_ reload: Reload) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.batch.reloads.append(reload) }
      return state.isClosed
    }
    if isClosed { reload.reply.fulfill(()) }
    signal.notify()
  }

  /// Adds alerts whose sender waits.
  func put(_ post: Post) throws(RouterUnavailable) {
    try request { $0.posts.append(post) }
  }

  /// Adds a change to the silences.
  func put(_ request: SilenceRequest) throws(RouterUnavailable) {
    try self.request { $0.silences.append(request) }
  }

  private func request(_ add: (inout Batch) -> Void) throws(RouterUnavailable) {
    try state.withLock { state throws(RouterUnavailable) in
      guard !state.isClosed else { throw .stopped }
      guard state.batch.posts.count + state.batch.silences.count < limits.waitingRequests else {
        throw .tooManyRequests(limits.waitingRequests)
      }
      add(&state.batch)
    }
    signal.notify()
  }

  /// Takes the changes to silences.
  func takeSilences() -> [SilenceRequest] {
    state.withLock { state in
      defer { state.batch.silences = [] }
      return state.batch.silences
    }
  }

  /// Takes everything.
  func take() -> Batch { state.withLock { $0.take() } }

  /// Takes everything, and refuses whatever comes later.
  func close() -> Batch {
    state.withLock { state in
      state.isClosed = true
      return state.take()
    }
  }

  /// How many alerts were dropped because too many waited.
  var droppedAlerts: Int { state.withLock { $0.dropped } }

  /// How many alerts wait.
  var waitingAlerts: Int {
    state.withLock { state in
      state.batch.posts.reduce(state.batch.alerts.count) { $0 + $1.alerts.count }
    }
  }

  /// How many states of alerts were replaced while they waited.
  var supersededAlerts: Int { state.withLock { $0.superseded } }

  /// Makes ``wait(for:on:)`` return.
  func wake() { signal.notify() }

  /// Waits until something is put in, for a duration at most; returns at once when the task is
  /// cancelled.
  func wait(for duration: Duration, on clock: TimeSource) async {
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try? await clock.sleep(for: duration) }
      tasks.addTask { await self.signal.wait() }
      await tasks.next()
      tasks.cancelAll()
    }
  }
}

/// Why the router takes no request now.
package enum RouterUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
  /// So many requests wait for the store already.
  case tooManyRequests(Int)
  /// The process is ending.
  case stopped

  /// What to do about it.
  package var description: String {
    switch self {
    case .tooManyRequests(let limit):
      "limit reached: waiting requests = \(limit); the disk is too slow, try again later"
    case .stopped: "the evaluator is stopping; send it again after the restart"
    }
  }
}
