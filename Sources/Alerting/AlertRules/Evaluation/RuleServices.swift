package import Logging
package import MetricModel
package import StorageAPI

/// What rules need from the rest of the house: where data come from, and where results go.
package struct RuleServices: Sendable {
  /// Evaluates expressions.
  package var query: RuleQuery
  /// Expands the templates of labels and annotations.
  package var expand: ExpandRuleTemplate
  /// Takes the series of recording rules, `ALERTS` and `ALERTS_FOR_STATE`.
  package var appender: any SampleAppender
  /// Keeps the states of alerts.
  package var store: any StateStore
  /// Is told of alerts that fire and end.
  package var sink: any AlertSink
  /// Hears of every change and every error. It must return quickly: it is called in the middle of an evaluation.
  package var onEvent: @Sendable (RuleEvent) -> Void
  /// The time.
  package var clock: RuleClock
  /// Where warnings go.
  package var log: Logger

  package init(
    query: @escaping RuleQuery, expand: @escaping ExpandRuleTemplate,
    appender: any SampleAppender, store: any StateStore, sink: any AlertSink,
    onEvent: @escaping @Sendable (RuleEvent) -> Void = { _ in }, clock: RuleClock = .system,
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

/// What holds for all rules; may change with a reload.
package struct RuleSettings: Sendable, Equatable {
  /// Labels of this evaluator, given to outgoing alerts that have none of that name (N3).
  package var externalLabels: Labels = .empty
  /// Where users reach the evaluator, without a slash at the end; for links.
  package var externalURL = ""
  /// After what time a firing or ended alert is sent again, in milliseconds (F2).
  package var resendDelay: Int64 = 60_000
  /// How alerts go on after a restart.
  package var restore = RestorePolicy()

  package init() {}

  /// The link to an expression (N2, T10).
  func generatorURL(_ expression: String) -> String {
    externalURL + "/graph?g0.expr=" + Self.escape(expression) + "&g0.tab=1"
  }

  /// Escapes for the value of a query parameter.
  private static func escape(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "~"):
        bytes.append(byte)
      case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
      default:
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
