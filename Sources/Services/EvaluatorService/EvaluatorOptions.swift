package import AlertRouting
package import AlertRules
import MetricModel
package import PromQLEngine
package import SQLiteStorage

/// The flags of `tocsin evaluator`.
package struct EvaluatorOptions: Sendable {
  /// The `prometheus.yml`.
  package var configFile: String
  /// The `alertmanager.yml`; without it no notifications are sent.
  package var notificationsFile: String?
  /// The folder of samples, state and event log.
  package var storagePath: String
  /// The address to listen on.
  package var listenAddress = "127.0.0.1:9931"
  /// The file with TLS, passwords and headers of the listener; `nil` for none.
  package var webConfigFile: String?
  /// The URL in messages; `nil` to make it from the listen address.
  package var externalURL: String?
  /// How long samples are stored.
  package var retention: Duration = .seconds(15 * 86_400)
  /// Whether `/api/v1/write` accepts samples.
  package var receivesRemoteWrites = true
  /// Limits and defaults of queries, those of rules included.
  package var queries = QueryOptions()
  /// The highest number of API queries at the same time; others wait.
  package var concurrentQueries = 20
  /// The highest number of bytes of samples on disk; `nil` for no limit.
  package var retentionBytes: Int?
  /// The highest number of series; scrapes and pushes beyond it are refused as a whole.
  package var maximumSeries = 2_000_000
  /// How far behind the newest sample an out-of-order sample is accepted.
  package var outOfOrderWindow: Duration = .seconds(3600)
  /// When rule groups are evaluated.
  package var evaluation = RuleEvaluation.interval
  /// The limits of the queue of each `remote_write` destination.
  package var sendQueue = SendQueue.Limits()
  /// Called for each change of an alert and each delivery attempt, for a console; it must return
  /// quickly.
  package var onEvent: @Sendable (EvaluatorEvent) -> Void = { _ in }

  package init(configFile: String, storagePath: String) {
    self.configFile = configFile
    self.storagePath = storagePath
  }

  /// Sets the limits of queries from flags.
  package mutating func limitQueries(
    timeout: String, lookback: String, samples: Int, concurrency: Int
  ) throws(FlagError) {
    queries.maxSamples = try Self.positive(samples, flag: "--query.max-samples")
    concurrentQueries = try Self.positive(concurrency, flag: "--query.max-concurrency")
    queries.timeout = try Self.duration(timeout, flag: "--query.timeout")
    queries.lookback = try Self.duration(lookback, flag: "--query.lookback-delta").milliseconds
  }

  /// Checks the number of a flag.
  package static func positive(_ number: Int, flag: String) throws(FlagError) -> Int {
    guard number > 0 else { throw FlagError(description: "\(flag): must be positive") }
    return number
  }

  /// Parses the duration of a flag.
  package static func duration(_ text: String, flag: String) throws(FlagError) -> Duration {
    guard let duration = PrometheusDuration(text)?.duration, duration > .zero else {
      throw FlagError(
        description: "\(flag): \"\(text)\" is no duration; write one as 15d, 12h or 30m")
    }
    return duration
  }

  /// Parses the size of a flag, in bytes; as in Prometheus, units are powers of 1024.
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

/// An event for the console.
package enum EvaluatorEvent: Sendable {
  case rule(RuleEvent)
  case router(RouterEvent)
}
