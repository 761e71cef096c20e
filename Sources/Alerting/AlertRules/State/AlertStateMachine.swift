package import MetricModel

/// The life of one alert of a rule: pending, firing, ended. A pure value: it gets the time and gives back what happened (A4-A8).
package struct AlertStateMachine: Sendable, Hashable {
  /// Where the alert stands.
  package enum State: String, Sendable, Hashable, Comparable {
    /// It has ended, and is only kept so that its end is told.
    case inactive
    /// The expression holds, but not yet long enough.
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

  /// What an observation led to.
  package enum Action: Sendable, Equatable {
    /// Nothing changed.
    case none
    /// The expression began to hold: a new pending alert, or a firing one that a longer `for` set back (L7).
    case wait
    /// The alert began to fire.
    case fire
    /// The alert ended; its end is to be told.
    case resolve
    /// The alert was pending and is gone; nobody was told of it, so nobody is told now (A6).
    case drop
    /// The end of the alert has been told for long enough; it can be forgotten (A8).
    case forget
  }

  /// The times of a rule that decide.
  package struct Policy: Sendable, Hashable {
    /// `for`, in milliseconds.
    package var hold: Int64
    /// `keep_firing_for`, in milliseconds.
    package var keepFiringFor: Int64

    package init(hold: Int64 = 0, keepFiringFor: Int64 = 0) {
      self.hold = hold
      self.keepFiringFor = keepFiringFor
    }
  }

  /// How long an ended alert is kept, so that its end is sent again (A8).
  package static let resolvedRetention: Int64 = 15 * 60_000

  /// Where the alert stands.
  package private(set) var state = State.pending
  /// Since when the expression holds.
  package private(set) var activeAt: Timestamp
  /// When it began to fire.
  package private(set) var firedAt: Timestamp?
  /// When it ended.
  package private(set) var resolvedAt: Timestamp?
  /// Since when it only fires because of `keep_firing_for`.
  package private(set) var keepFiringSince: Timestamp?
  /// When it was last handed to the sink.
  package private(set) var lastSentAt: Timestamp?
  /// How many evaluations a restored firing alert may be missing before that counts: after a start the first scrapes and the rules
  /// that others build on need their round.
  package private(set) var unconfirmedEvaluations = 0

  /// An alert whose expression holds from this evaluation on.
  package init(activeAt: Timestamp) { self.activeAt = activeAt }

  /// Takes in whether the expression holds for this label set at an evaluation.
  package mutating func observe(
    active isActive: Bool, at instant: Timestamp, policy: Policy
  ) -> Action {
    isActive ? hold(at: instant, policy) : miss(at: instant, policy)
  }

  private mutating func hold(at instant: Timestamp, _ policy: Policy) -> Action {
    var isNew = activeAt == instant && state == .pending
    if state == .inactive {
      // An unsent end is dropped: what fires now is a new alert (A4).
      self = AlertStateMachine(activeAt: instant)
      isNew = true
    }
    keepFiringSince = nil
    unconfirmedEvaluations = 0
    let isHeld = instant.milliseconds(since: activeAt) >= policy.hold
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

  private mutating func miss(at instant: Timestamp, _ policy: Policy) -> Action {
    switch state {
    case .pending: return .drop
    case .inactive:
      let age = instant.milliseconds(since: resolvedAt ?? instant)
      return age > Self.resolvedRetention ? .forget : .none
    case .firing:
      if unconfirmedEvaluations > 1 {
        unconfirmedEvaluations -= 1
        return .none
      }
      if policy.keepFiringFor > 0 {
        let since = keepFiringSince ?? instant
        keepFiringSince = since
        if instant.milliseconds(since: since) < policy.keepFiringFor { return .none }
      }
      state = .inactive
      resolvedAt = instant
      unconfirmedEvaluations = 0
      return .resolve
    }
  }

  /// Whether the sink must hear of the alert at this evaluation (N1).
  package func needsSending(at instant: Timestamp, resendDelay: Int64) -> Bool {
    guard state != .pending else { return false }
    guard let lastSentAt else { return true }
    if let resolvedAt, resolvedAt > lastSentAt { return true }
    return lastSentAt.adding(milliseconds: resendDelay) < instant
  }

  /// Notes that the sink has taken the alert.
  package mutating func markSent(at instant: Timestamp) { lastSentAt = instant }
}

extension AlertStateMachine {
  /// A machine as it was stored, with all that it knew.
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

  /// What becomes of a stored machine after the process was down: nil if it is too old to go on.
  ///
  /// A short gap changes nothing. Over a longer one the time down does not count towards `for` (F6), since
  /// nobody looked; beyond `RestorePolicy.outageTolerance` a pending alert begins anew (F2). A firing alert goes on
  /// however long it was, because its receivers believe that it fires, and may be missing for a round.
  package func resumed(at now: Timestamp, lastSeen: Timestamp, _ policy: RestorePolicy) -> Self? {
    var machine = self
    let gap = max(0, now.milliseconds(since: lastSeen))
    switch state {
    case .inactive: break
    case .firing: machine.unconfirmedEvaluations = policy.unconfirmedEvaluations
    case .pending:
      guard gap <= policy.outageTolerance else { return nil }
      if gap > policy.gapThatCounts { machine.activeAt = activeAt.adding(milliseconds: gap) }
    }
    return machine
  }
}

/// How stored alerts go on after a restart. Times in milliseconds.
package struct RestorePolicy: Sendable, Hashable {
  /// A longer time down lets pending alerts begin anew (F2).
  package var outageTolerance: Int64 = 3_600_000
  /// A shorter time down is not taken off `for`.
  package var gapThatCounts: Int64 = 120_000
  /// How many evaluations a firing alert may be missing after the start.
  package var unconfirmedEvaluations = 2

  package init() {}
}
