import StorageAPI

/// What a decision of ``RouterState`` asks for: changes to store, then effects to perform.
struct RouterStep: Sendable, Equatable {
  /// The changes, one transaction in this order.
  var changes: [StateChange] = []
  /// What to do once the changes are stored, in this order.
  var effects: [RouterEffect] = []

  /// Adds another step behind this one; both become one transaction.
  mutating func append(_ other: RouterStep) {
    changes += other.changes
    effects += other.effects
  }
}

/// Something that is visible outside of the router; performed only after the changes of its step
/// are stored.
enum RouterEffect: Sendable, Equatable {
  /// Attempt to deliver this message once, and pass the result to
  /// ``RouterState/delivered(_:chance:at:)``.
  case deliver(OutboxMessage)
  /// Pass the event to the log and the observers.
  case report(RouterEvent)
}

/// How one attempt to deliver a message ended.
struct DeliveryResult: Sendable {
  /// The message.
  let message: OutboxMessage
  /// Why it failed; nil if it was delivered.
  let failure: NotifyError?
  /// How long the attempt took.
  let elapsed: Duration
}
