/// Receives alerts of rules: the built-in router, or a separate Alertmanager.
public protocol AlertSink: Sendable {
  /// Accepts firing and resolved alerts.
  ///
  /// When it returns, the end of this process cannot lose the alerts any more, or they are queued
  /// and the next resend repairs a loss.
  func receive(_ alerts: [Alert]) async
}
