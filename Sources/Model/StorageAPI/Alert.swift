public import MetricModel

/// An alert as it travels from a rule, or from outside, to the router.
public struct Alert: Sendable, Hashable {
  /// The identity; `alertname` is among them.
  public var labels: Labels
  /// Texts for people; not part of the identity.
  public var annotations: Labels
  /// When it began to fire.
  public var startsAt: Timestamp
  /// When it ended or, for an alert that still fires, when it counts as ended unless it is sent again.
  public var endsAt: Timestamp
  /// True when `endsAt` was made up because the sender gave none (I1).
  public var endsByTimeout: Bool
  /// Where the expression can be seen.
  public var generatorURL: String
  /// When it was last sent.
  public var updatedAt: Timestamp

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

  /// Whether the alert has ended at an instant (I5).
  public func isResolved(at now: Timestamp) -> Bool { endsAt <= now }
}
