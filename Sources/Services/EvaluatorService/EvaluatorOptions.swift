package import AlertRouting
package import AlertRules
import YAMLDecoding
package import PromQLEngine
package import SQLiteStorage

/// What `tocsin evaluator` is told by its flags.
package struct EvaluatorOptions: Sendable {
  /// The `prometheus.yml`.
  package var configFile: String
  /// The `alertmanager.yml`; nobody is told if nil.
  package var notificationsFile: String?
  /// The folder for samples, state and journal.
  package var storagePath: String
  /// Where to listen.
  package var listenAddress = "127.0.0.1:9931"
  /// TLS, passwords and headers of the listener; nil for none.
  package var webConfigFile: String?
  /// The URL in messages; made from the listen address if nil.
  package var externalURL: String?
  /// How long samples are kept.
  package var retention: Duration = .seconds(15 * 86_400)
  /// Whether others may push samples to `/api/v1/write`.
  package var receivesRemoteWrites = true
  /// Limits and defaults of queries, those of rules included.
  package var queries = QueryOptions()
  /// How many queries of the API run at the same time; others wait.
  package var concurrentQueries = 20
  /// How many bytes of samples are kept on disk; nil for no limit.
  package var retentionBytes: Int?
  /// How many series there may be at a time; scrapes and pushes that would make more are refused as a whole.
  package var maximumSeries = 2_000_000
  /// How late a sample may come for a time that its series has sealed already.
  package var outOfOrderWindow: Duration = .seconds(3600)
  /// When rule groups are evaluated.
  package var evaluation = RuleEvaluation.interval
  /// How much may wait for each destination of `remote_write`.
  package var sendQueue = SendQueue.Limits()
  /// Hears of every change of an alert and every try to tell somebody, for a screen. It must return quickly.
  package var onEvent: @Sendable (EvaluatorEvent) -> Void = { _ in }

  package init(configFile: String, storagePath: String) {
    self.configFile = configFile
    self.storagePath = storagePath
  }

  /// Sets the limits of queries as flags give them.
  package mutating func limitQueries(
    timeout: String, lookback: String, samples: Int, concurrency: Int
  ) throws(FlagError) {
    queries.maxSamples = try Self.positive(samples, flag: "--query.max-samples")
    concurrentQueries = try Self.positive(concurrency, flag: "--query.max-concurrency")
    queries.timeout = try Self.duration(timeout, flag: "--query.timeout")
    let lookback = try Self.duration(lookback, flag: "--query.lookback-delta")
    queries.lookback =
      lookback.components.seconds * 1000
      + lookback.components.attoseconds / 1_000_000_000_000_000
  }

  /// Checks a number given to a flag.
  package static func positive(_ number: Int, flag: String) throws(FlagError) -> Int {
    guard number > 0 else { throw FlagError(description: "\(flag): must be positive") }
    return number
  }

  /// Reads a duration given to a flag.
  package static func duration(_ text: String, flag: String) throws(FlagError) -> Duration {
    guard let milliseconds = ConfigDuration.milliseconds(text), milliseconds > 0 else {
      throw FlagError(
        description: "\(flag): \"\(text)\" is no duration; write one as 15d, 12h or 30m")
    }
    return .milliseconds(milliseconds)
  }

  /// Reads a size given to a flag, with Prometheus' units, which are powers of 1024.
  package static func bytes(_ text: String, flag: String) throws(FlagError) -> Int {
    let units = ["B", "KB", "MB", "GB", "TB", "PB"]
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).uppercased()
    if let number = Int(digits), number > 0,
      let power = units.firstIndex(of: unit)
    {
      let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (10 * power))
      if !overflow { return bytes }
    }
    throw FlagError(
      description: "\(flag): \"\(text)\" is no size; write one as 512MB or 20GB")
  }
}

/// A flag whose value cannot be used.
package struct FlagError: Error, CustomStringConvertible {
  package let description: String
}

/// Something that a person in front of the screen wants to see.
package enum EvaluatorEvent: Sendable {
  case rule(RuleEvent)
  case router(RouterEvent)
}
