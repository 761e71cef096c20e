import Logging

/// Logs once when a collector begins to fail and once when it recovers.
struct StateChangeLogger {
  private let logger: Logger
  private var states: [String: CollectorState] = [:]

  init(logger: Logger) {
    self.logger = logger
  }

  mutating func note(_ report: CollectorReport) {
    let before = states.updateValue(report.state, forKey: report.name)
    guard before != report.state else { return }
    let name: Logger.Metadata = ["collector": "\(report.name)"]
    switch report.state {
    case .ok:
      if before != nil, before != .noData {
        logger.notice("collector is well again", metadata: name)
      }
    case .noData:
      logger.debug("collector has nothing to show: \(report.message)", metadata: name)
    case .error, .timeout, .stale:
      logger.warning("collector is in state \(report.state): \(report.message)", metadata: name)
    }
  }
}
