public import MetricModel

/// An alert on its way from a rule or an external sender to the router.
public struct Alert: Sendable, Hashable {
  /// The labels, which identify the alert; `alertname` is one of them.
  public var labels: Labels
  /// Descriptive texts; not part of the identity.
  public var annotations: Labels
  /// When the alert began to fire.
  public var startsAt: Timestamp
  /// When the alert ended or, while it fires, when it counts as ended unless it is sent again.
  public var endsAt: Timestamp
  /// Whether `endsAt` was computed because the sender gave none (I1).
  public var endsByTimeout: Bool
  /// The URL at which the alert's expression is shown.
  public var generatorURL: String
  /// When the alert was last sent.
  public var updatedAt: Timestamp

  /// Creates an alert.
  public init(
    labels: Labels, annotations: Labels = .empty, startsAt: Timestamp, endsAt: Timestamp,
    endsByTimeout: Bool = false, generatorURL: String = "", updatedAt: Timestamp
  ) {
    self.labels = labels
    self.annotations = annotations
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.endsByTimeout = endsByTimeout
    self.generatorURL = generatorURL
    self.updatedAt = updatedAt
  }

  /// The value of `alertname`.
  public var name: String { labels["alertname"] ?? "" }

  /// Whether the alert has ended at `now`.
  public func isResolved(at now: Timestamp) -> Bool { endsAt <= now }
}
