private import Concurrency

/// Opens a connection: which hosts and addresses are tried, in which order, and for how long.
struct ConnectionAttempt {
  private let settings: PostgresSettings
  private let deadline: ContinuousClock.Instant

  init(settings: PostgresSettings, deadline: ContinuousClock.Instant) {
    self.settings = settings
    self.deadline = deadline
  }

  /// One address of one host.
  private struct Target {
    let endpoint: PostgresEndpoint
    let address: String
  }

  /// Tries the addresses in turn until one accepts; each gets an equal share of the remaining time.
  ///
  /// - Throws: The last error, if no address accepts or the deadline passes.
  func run() throws(PostgresError) -> PostgresHandle {
    var failure = PostgresError(
      reason: .configuration, sqlState: nil, message: "the settings name no host")
    var targets: [Target] = []
    for endpoint in settings.endpoints {
      do throws(PostgresError) {
        targets += try addresses(of: endpoint)
      } catch {
        failure = error
      }
    }
    for (index, target) in targets.enumerated() {
      let share = ContinuousClock.now.duration(to: deadline) / (targets.count - index)
      do throws(PostgresError) {
        return try connect(target, until: .now + share)
      } catch {
        failure = error
        guard Self.othersMayDiffer(error.reason) else { break }
      }
    }
    throw failure
  }

  /// Whether another address may lead to a different result; a wrong password is wrong everywhere.
  private static func othersMayDiffer(_ reason: PostgresError.Reason) -> Bool {
    switch reason {
    case .refused, .unreachable, .nameResolution, .timeout, .startingUp, .shuttingDown,
      .connectionLost, .configuration, .tls:
      true
    default: false
    }
  }

  private func addresses(of endpoint: PostgresEndpoint) throws(PostgresError) -> [Target] {
    guard !endpoint.isLocal, endpoint.address.isEmpty else {
      return [Target(endpoint: endpoint, address: endpoint.address)]
    }
    do throws(NameResolutionError) {
      return try NameResolution.addresses(of: endpoint.host, until: deadline)
        .map { Target(endpoint: endpoint, address: $0) }
    } catch {
      throw PostgresError(
        reason: .nameResolution, sqlState: nil, message: settings.redacting("\(error)"))
    }
  }

  private func connect(
    _ target: Target, until limit: ContinuousClock.Instant
  ) throws(PostgresError) -> PostgresHandle {
    guard let handle = PostgresHandle(starting: parameters(for: target)) else {
      throw PostgresError(reason: .configuration, sqlState: nil, message: "out of memory")
    }
    var interest = Readiness.Interest.writing
    guard !handle.isBad else { throw failure(of: handle) }
    while true {
      switch Readiness.wait(for: handle.socket, interest, until: limit) {
      case .ready: break
      case .timedOut:
        throw PostgresError(
          reason: .timeout, sqlState: nil,
          message: "no answer from \(settings.redacting(target.endpoint.name)) in time")
      case .failed: throw failure(of: handle)
      }
      switch handle.advance() {
      case .read: interest = .reading
      case .write: interest = .writing
      case .done: return handle
      case .failed: throw failure(of: handle)
      }
    }
  }

  private func failure(of handle: borrowing PostgresHandle) -> PostgresError {
    PostgresError(connecting: handle.errorMessage, settings: settings)
  }

  /// libpq's parameters: those of the settings, with one host instead of several.
  private func parameters(for target: Target) -> [(keyword: String, value: String)] {
    var values: [String: String] = [
      // Saves a round trip and the search for Kerberos files.
      "gssencmode": "disable",
      "keepalives_idle": "10",
      "keepalives_count": "3",
      "application_name": settings.session.applicationName,
      "client_encoding": "UTF8",
    ]
    values.merge(settings.parameters) { _, theirs in theirs }
    values["client_encoding"] = "UTF8"
    values["host"] = target.endpoint.host
    values["hostaddr"] = target.address
    values["port"] = target.endpoint.port
    return values.filter { !$0.value.isEmpty }.map { (keyword: $0.key, value: $0.value) }
  }
}
