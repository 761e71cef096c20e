package import Concurrency
import Codecs
package import Logging
package import MetricModel
package import StorageAPI

/// What rules use of other modules: the source of their data, and where their results go.
package struct RuleServices: Sendable {
  /// Evaluates expressions.
  package var query: RuleQuery
  /// Expands the templates of labels and annotations.
  package var expand: ExpandRuleTemplate
  /// Takes the series of recording rules, `ALERTS` and `ALERTS_FOR_STATE`.
  package var appender: any SampleAppender
  /// Stores the states of alerts.
  package var store: any StateStore
  /// How long an evaluation waits for the store; longer writes continue by themselves.
  package var storeLimit: Duration = .seconds(5)
  /// Receives alerts that fire and alerts that are resolved.
  package var sink: any AlertSink
  /// Is called for every change and every error, in the middle of an evaluation; it must return
  /// quickly.
  package var onEvent: @Sendable (RuleEvent) -> Void
  /// The time.
  package var clock: TimeSource
  /// Where warnings go.
  package var log: Logger

  package init(
    query: @escaping RuleQuery, expand: @escaping ExpandRuleTemplate,
    appender: any SampleAppender, store: any StateStore, sink: any AlertSink,
    onEvent: @escaping @Sendable (RuleEvent) -> Void = { _ in }, clock: TimeSource = .system,
    log: Logger = Logger(label: "rules")
  ) {
    self.query = query
    self.expand = expand
    self.appender = appender
    self.store = store
    self.sink = sink
    self.onEvent = onEvent
    self.clock = clock
    self.log = log
  }
}

/// The settings that all rules share; a reload may change them.
package struct RuleSettings: Sendable, Equatable {
  /// Labels of this evaluator; outgoing alerts get those whose name they lack.
  package var externalLabels: Labels = .empty
  /// Where users reach the evaluator, without a slash at the end; for links.
  package var externalURL = ""
  /// The time after which a firing or resolved alert is sent again.
  package var resendDelay: Duration = .minutes(1)
  /// How alerts continue after a restart.
  package var restore = RestorePolicy()

  package init() {}

  /// The link to an expression in the web interface: the `generatorURL` of alerts.
  func generatorURL(_ expression: String) -> String {
    externalURL + "/graph?g0.expr=" + PercentEncoding.query(expression) + "&g0.tab=1"
  }
}
