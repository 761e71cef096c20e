/// Where rules send their alerts: the own router, or a real Alertmanager.
public protocol AlertSink: Sendable {
  /// Takes alerts that fire or have ended; returns when they cannot be lost any more by the death of this process, or are queued
  /// where the next resend repairs a loss.
  func receive(_ alerts: [Alert]) async
}
