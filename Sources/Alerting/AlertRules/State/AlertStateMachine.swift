package import MetricModel

/// The state of one alert of a rule: pending, firing, resolved. A value that is given the time and
/// returns what happened.
package struct AlertStateMachine: Sendable, Hashable {
  /// The state of the alert.
  package enum State: String, Sendable, Hashable, Comparable {
    /// It is resolved, and stays only so that its end is sent.
    case inactive
    /// The expression is true, but not yet for the duration of `for`.
    case pending
    /// It fires.
    case firing

    private var rank: Int {
      switch self {
      case .inactive: 0
      case .pending: 1
      case .firing: 2
      }
    }

    package static func < (left: State, right: State) -> Bool { left.rank < right.rank }
  }

  /// What an observation changed.
  package enum Action: Sendable, Equatable {
    /// Nothing changed.
    case none
    /// The alert is pending: a new one, or a firing one that a reload set back by a longer `for`.
    case wait
    /// The alert began to fire.
    case fire
    /// The alert is resolved; its end must be sent.
    case resolve
    /// The alert was pending and is dropped; it was never sent, so its end is not sent either.
    case drop
    /// The end of the alert has been sent for `resolvedRetention`; the alert is removed.
    case forget
  }

  /// The durations of a rule that decide on the state.
  package struct Policy: Sendable, Hashable {
    /// `for`.
    package var hold: Duration
    /// `keep_firing_for`.
    package var keepFiringFor: Duration

    package init(hold: Duration = .zero, keepFiringFor: Duration = .zero) {
      self.hold = hold
      self.keepFiringFor = keepFiringFor
    }
  }

  /// How long a resolved alert stays, so that its end is sent again.
  package static let resolvedRetention: Duration = .minutes(15)

  /// The state of the alert.
  package private(set) var state = State.pending
  /// Since when the expression is true.
  package private(set) var activeAt: Timestamp
  /// When it began to fire.
  package private(set) var firedAt: Timestamp?
  /// When it was resolved.
  package private(set) var resolvedAt: Timestamp?
  /// Since when it fires only because of `keep_firing_for`.
  package private(set) var keepFiringSince: Timestamp?
  /// When it was last sent to the sink.
  package private(set) var lastSentAt: Timestamp?
  /// The number of evaluations at which a restored firing alert may still be missing: after a
  /// start, scrapes and recording rules need a round each.
  package private(set) var unconfirmedEvaluations = 0

  /// A pending alert whose expression is true from this evaluation on.
  package init(activeAt: Timestamp) { self.activeAt = activeAt }

  /// Applies one evaluation: whether the expression is true for the labels of this alert.
  package mutating func observe(
    active isActive: Bool, at instant: Timestamp, policy: Policy
  ) -> Action {
    isActive ? observeActive(at: instant, policy) : observeInactive(at: instant, policy)
  }

  private mutating func observeActive(at instant: Timestamp, _ policy: Policy) -> Action {
    var isNew = activeAt == instant && state == .pending
    if state == .inactive {
      // An end that was not sent is dropped: this is a new alert.
      self = AlertStateMachine(activeAt: instant)
      isNew = true
    }
    keepFiringSince = nil
    unconfirmedEvaluations = 0
    let isHeld = instant - activeAt >= policy.hold
    switch state {
    case .pending where isHeld:
      state = .firing
      firedAt = instant
      return .fire
    case .firing where !isHeld:
      state = .pending
      firedAt = nil
      lastSentAt = nil
      return .wait
    case .pending, .firing, .inactive:
      return isNew ? .wait : .none
    }
  }

  private mutating func observeInactive(at instant: Timestamp, _ policy: Policy) -> Action {
    switch state {
    case .pending: return .drop
    case .inactive:
      let age = instant - (resolvedAt ?? instant)
      return age > Self.resolvedRetention ? .forget : .none
    case .firing:
      if unconfirmedEvaluations > 1 {
        unconfirmedEvaluations -= 1
        return .none
      }
      if policy.keepFiringFor > .zero {
        let since = keepFiringSince ?? instant
        keepFiringSince = since
        if instant - since < policy.keepFiringFor { return .none }
      }
      state = .inactive
      resolvedAt = instant
      unconfirmedEvaluations = 0
      return .resolve
    }
  }

  /// Whether the alert must be sent to the sink at this evaluation.
  package func needsSending(at instant: Timestamp, resendDelay: Duration) -> Bool {
    guard state != .pending else { return false }
    guard let lastSentAt else { return true }
    if let resolvedAt, resolvedAt > lastSentAt { return true }
    return lastSentAt + resendDelay < instant
  }

  /// Records that the alert was sent to the sink.
  package mutating func markSent(at instant: Timestamp) { lastSentAt = instant }
}

extension AlertStateMachine {
  /// A machine in a stored state.
  package init(
    state: State, activeAt: Timestamp, firedAt: Timestamp?, resolvedAt: Timestamp?,
    keepFiringSince: Timestamp?, lastSentAt: Timestamp?
  ) {
    self.state = state
    self.activeAt = activeAt
    self.firedAt = firedAt
    self.resolvedAt = resolvedAt
    self.keepFiringSince = keepFiringSince
    self.lastSentAt = lastSentAt
  }

  /// The machine after the process was down; `nil` if it is too old to continue.
  ///
  /// A short outage changes nothing. A longer one does not count towards `for`, since nothing was
  /// evaluated; beyond `RestorePolicy.outageTolerance` a pending alert is dropped. A firing alert
  /// continues after any outage, since its receivers take it for firing, and may be missing for
  /// `RestorePolicy.unconfirmedEvaluations`.
  package func resumed(at now: Timestamp, lastSeen: Timestamp, _ policy: RestorePolicy) -> Self? {
    var machine = self
    let gap = max(.zero, now - lastSeen)
    switch state {
    case .inactive: break
    case .firing: machine.unconfirmedEvaluations = policy.unconfirmedEvaluations
    case .pending:
      guard gap <= policy.outageTolerance else { return nil }
      if gap > policy.gapThatCounts { machine.activeAt = activeAt + gap }
    }
    return machine
  }
}

/// How stored alerts continue after a restart.
package struct RestorePolicy: Sendable, Hashable {
  /// After a longer outage pending alerts are dropped.
  package var outageTolerance: Duration = .hours(1)
  /// A shorter outage counts towards `for`.
  package var gapThatCounts: Duration = .minutes(2)
  /// The number of evaluations at which a firing alert may be missing after a start.
  package var unconfirmedEvaluations = 2

  package init() {}
}
