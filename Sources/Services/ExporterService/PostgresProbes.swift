import Configuration
import ExporterConfiguration
import PostgresAccess
import PostgresCollectors

/// The Postgres servers that `/probe` accepts: those of the configuration, by the value of their
/// label `server`.
///
/// A request can neither name another address nor send a password elsewhere: modules are
/// credentials of the configuration and are only sent to servers of the configuration.
struct PostgresProbes: Sendable {
  private let probes: [String: [String: PostgresProbe]]
  private let modules: Set<String>

  /// Creates one probe for each server and module; the empty module is the server's own login.
  init(
    _ servers: [PostgresServer], modules: [PostgresOptions.AuthModule],
    selection: PostgresSelection
  ) {
    var probes: [String: [String: PostgresProbe]] = [:]
    for server in servers {
      var own = ["": PostgresProbe(server, selection: selection, closesSession: false)]
      for module in modules {
        let settings: @Sendable () -> PostgresSettings? = {
          guard let password = try? module.password.revealBlocking() else { return nil }
          return server.settings.setting("user", module.user).setting("password", password)
        }
        // A password file that is unreadable now may become readable; until then the login fails.
        let login =
          settings()
          ?? server.settings.setting("user", module.user)
          .setting("password", "")
        own[module.name] = PostgresProbe(
          PostgresServer(login, label: server.label, refresh: settings), selection: selection,
          closesSession: true)
      }
      probes[server.label] = own
    }
    self.probes = probes
    self.modules = Set(modules.map(\.name))
  }

  /// The answer to a request.
  enum Answer {
    case metrics([UInt8])
    case refused(String)
    /// The request is not a probe of a Postgres server.
    case notOurs
  }

  /// Answers a request.
  func answer(target: String?, authModule: String?, within budget: Duration) async -> Answer {
    let module = authModule ?? ""
    guard let target, let own = probes[target] else {
      guard !module.isEmpty else { return .notOurs }
      return .refused("no Postgres server of that name is declared in the configuration")
    }
    guard let probe = own[module] else { return .refused("no auth module of that name") }
    return .metrics(await probe.answer(within: budget))
  }
}
