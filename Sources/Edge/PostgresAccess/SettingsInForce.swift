/// Which settings a session has, and which it is to have.
///
/// A session of our own is told once. Behind a pooler each transaction may get another server, which
/// others get after it: there nothing is set that lasts longer than the transaction, or applications
/// would find theirs read-only and without their `search_path`.
struct SettingsInForce {
  /// Whether the server belongs to others, too.
  private(set) var isShared = false
  /// What the server took when the session was set up.
  private var accepted: [(name: String, value: String)] = []
  /// What was asked for since.
  private var adjusted: [String: String] = [:]
  /// What the session of our own was told of that.
  private var told: [String: String] = [:]
  private var shared: String?

  /// Notes what the server took.
  mutating func setUp(_ accepted: [(name: String, value: String)], isShared: Bool) {
    self.accepted = accepted
    self.isShared = isShared
    renderShared()
  }

  /// Asks for other values, which are from now on in force with each statement.
  mutating func adjust(_ values: [String: String]) {
    guard values != adjusted else { return }
    adjusted = values
    renderShared()
  }

  /// What has to be run before a statement, in its transaction; nil if nothing.
  var preamble: String? {
    if isShared { return shared }
    let news = adjusted.filter { told[$0.key] != $0.value }.sorted { $0.key < $1.key }
    guard !news.isEmpty else { return nil }
    return SessionSettings.statement(
      setting: news.map { ($0.key, $0.value) }, forTransaction: "false")
  }

  /// Notes that the preamble was run and not taken back.
  mutating func noteTold() {
    if !isShared { told.merge(adjusted) { _, new in new } }
  }

  private mutating func renderShared() {
    guard isShared else { return }
    var values = accepted.filter { adjusted[$0.name] == nil }
    // The default would be for the next transaction.
    values.append(("transaction_read_only", "on"))
    values += adjusted.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    shared = SessionSettings.statement(setting: values, forTransaction: "true")
  }
}
