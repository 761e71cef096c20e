/// Tracks which settings a session has, and which it should have.
///
/// An exclusive session is configured once. Behind a pooler each transaction may run on another
/// server, which other clients use afterwards: no setting there may outlast the transaction, or
/// applications would find their sessions read-only and without their `search_path`.
struct SettingsInForce {
  /// Whether the server is shared with other clients.
  private(set) var isShared = false
  /// The settings that the server accepted at the start of the session.
  private var accepted: [(name: String, value: String)] = []
  /// The settings that were changed since.
  private var adjusted: [String: String] = [:]
  /// The changed settings that an exclusive session has already received.
  private var sent: [String: String] = [:]
  private var shared: String?

  /// Records the settings that the server accepted.
  mutating func setUp(_ accepted: [(name: String, value: String)], isShared: Bool) {
    self.accepted = accepted
    self.isShared = isShared
    renderShared()
  }

  /// Requests other values, which apply to every later statement.
  mutating func adjust(_ values: [String: String]) {
    guard values != adjusted else { return }
    adjusted = values
    renderShared()
  }

  /// The SQL that must run before a statement, in its transaction; nil if none is needed.
  var preamble: String? {
    if isShared { return shared }
    let news = adjusted.filter { sent[$0.key] != $0.value }.sorted { $0.key < $1.key }
    guard !news.isEmpty else { return nil }
    return SessionSettings.statement(
      setting: news.map { ($0.key, $0.value) }, forTransaction: "false")
  }

  /// Records that the preamble ran and was not rolled back.
  mutating func noteSent() {
    if !isShared { sent.merge(adjusted) { _, new in new } }
  }

  private mutating func renderShared() {
    guard isShared else { return }
    var values = accepted.filter { adjusted[$0.name] == nil }
    // default_transaction_read_only would apply to the next transaction only.
    values.append(("transaction_read_only", "on"))
    values += adjusted.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    shared = SessionSettings.statement(setting: values, forTransaction: "true")
  }
}
