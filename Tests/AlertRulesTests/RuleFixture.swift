import Logging
import MetricModel
import PromQLEngine
import PromQLSyntax
import StorageAPI
import Synchronization
import TestSupport

@testable import AlertRules

/// The services of rules in memory: query results, samples, states, alerts and time.
final class RuleFixture: Sendable {
  private struct State {
    var answers: [String: QueryValue] = [:]
    var failures: [String: QueryError] = [:]
    var asked: [(expression: String, at: Timestamp)] = []
    var sent: [Alert] = []
    var events: [RuleEvent] = []
  }

  private let state = Mutex(State())
  let appender = MemoryAppender()
  let store: MemoryStateStore
  let clock = ManualClock(at: Timestamp(rawValue: 1_000_000_000))

  init(store: MemoryStateStore = MemoryStateStore()) { self.store = store }

  /// Sets the result of an expression from now on.
  func answer(_ expression: String, _ elements: [VectorElement]) {
    state.withLock {
      $0.answers[expression] = .vector(elements, at: clock.now)
      $0.failures[expression] = nil
    }
  }

  func answer(_ expression: String, _ value: QueryValue) {
    state.withLock { $0.answers[expression] = value }
  }

  func answer(_ expression: String, scalar: Double) {
    state.withLock { $0.answers[expression] = .scalar(scalar, at: clock.now) }
  }

  func fail(_ expression: String, _ error: QueryError) {
    state.withLock { $0.failures[expression] = error }
  }

  var sent: [Alert] { state.withLock { $0.sent } }
  var asked: [(expression: String, at: Timestamp)] { state.withLock { $0.asked } }
  var events: [RuleEvent] { state.withLock { $0.events } }

  /// The changes of alerts, each as `from>to`.
  var changes: [String] {
    events.compactMap {
      guard case .alertChanged(let change) = $0 else { return nil }
      return "\(change.from.rawValue)>\(change.to.rawValue)"
    }
  }

  var services: RuleServices {
    RuleServices(
      query: { expression, instant throws(QueryError) in
        try self.state.withLock { state throws(QueryError) in
          let text = expression.description
          state.asked.append((text, instant))
          if let failure = state.failures[text] { throw failure }
          return state.answers[text] ?? .vector([], at: instant)
        }
      },
      expand: { text, _ in text }, appender: appender, store: store, sink: Sink(fixture: self),
      onEvent: { event in self.state.withLock { $0.events.append(event) } },
      clock: clock.timeSource,
      log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  private struct Sink: AlertSink {
    let fixture: RuleFixture
    func receive(_ alerts: [Alert]) async { fixture.state.withLock { $0.sent += alerts } }
  }
}

extension RuleDefinition {
  /// A rule whose expression is known to be valid.
  init(
    _ kind: Kind, expression text: String, hold: Duration = .zero,
    keepFiringFor: Duration = .zero, labels: [String: String] = [:],
    annotations: [String: String] = [:]
  ) {
    let expression: RuleExpression
    do {
      expression = try RuleExpression(text)
    } catch {
      preconditionFailure("\(text): \(error)")
    }
    self.init(
      kind, expression: expression, hold: hold, keepFiringFor: keepFiringFor, labels: labels,
      annotations: annotations)
  }
}

extension VectorElement {
  /// An element with a number.
  init(labels: Labels, value: Double) { self.init(labels: labels, value: .float(value)) }
}
