import Configuration
import TransportSecurity
import Codecs

extension ExporterConfiguration {
  /// Adds the servers named in the environment, in the variables of other exporters and of
  /// application frameworks.
  ///
  /// Applications use `DATABASE_URL` and `REDIS_URL`; postgres_exporter uses `DATA_SOURCE_*`;
  /// redis_exporter uses `REDIS_ADDR`, `REDIS_USER` and `REDIS_PASSWORD`. Variables are ignored for
  /// a kind of server that the file configures.
  package mutating func addServers(fromEnvironment environment: [String: String]) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if postgres.isEmpty {
      if let names = value("DATA_SOURCE_NAME") {
        postgres = names.split(separator: ",").map {
          Server(
            connection: .inline(String($0)), password: nil, origin: "DATA_SOURCE_NAME"
          )
        }
      } else if let uri = Self.fromEnvironment("DATA_SOURCE_URI", value) {
        postgres = [Self.dataSource(uri: uri, value)]
      } else if let url = value("DATABASE_URL"), Self.isPostgres(url) {
        postgres = [
          Server(connection: .inline(url), password: nil, origin: "DATABASE_URL")
        ]
      }
    }
    if redis.isEmpty {
      let password = value("REDIS_PASSWORD").map { Secret.inline($0) }
      for name in ["REDIS_URL", "REDIS_ADDR"] {
        guard let url = value(name) else { continue }
        let isURL = url.contains("://")
        redis = [
          Server(
            connection: .inline(isURL ? url : "redis://\(url)"), password: password,
            origin: name, tls: url.hasPrefix("rediss") ? Self.redisTLS(value) : nil)
        ]
        break
      }
    }
  }

  /// The TLS settings in redis_exporter's variables, which apply to `rediss://` only; nil if none
  /// is set.
  private static func redisTLS(_ value: (String) -> String?) -> TLSConfiguration? {
    var tls = TLSConfiguration()
    tls.caFile = value("REDIS_EXPORTER_TLS_CA_CERT_FILE")
    tls.certificateFile = value("REDIS_EXPORTER_TLS_CLIENT_CERT_FILE")
    tls.keyFile = value("REDIS_EXPORTER_TLS_CLIENT_KEY_FILE")
    tls.insecureSkipVerify =
      ["1", "t", "true"].contains(value("REDIS_EXPORTER_SKIP_TLS_VERIFICATION")?.lowercased())
    return tls == TLSConfiguration() ? nil : tls
  }

  /// Whether `DATABASE_URL` names a Postgres database; it may name another kind, which is ignored.
  private static func isPostgres(_ url: String) -> Bool {
    url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") || !url.contains("://")
  }

  private static func dataSource(uri: String, _ value: (String) -> String?) -> Server {
    let user =
      fromEnvironment("DATA_SOURCE_USER", value).map { "\(PercentEncoding.component($0))@" } ?? ""
    let password: Secret? =
      value("DATA_SOURCE_PASS").map { .inline($0) }
      ?? value("DATA_SOURCE_PASS_FILE").map { .file($0) }
    return Server(
      connection: .inline("postgresql://\(user)\(uri)"), password: password,
      origin: "DATA_SOURCE_URI")
  }

  /// The value of a variable, or the content of the file named by the variable with the suffix
  /// `_FILE`. An unreadable file counts as empty; the connection then reports the error.
  private static func fromEnvironment(
    _ name: String, _ value: (String) -> String?
  ) -> String? {
    if let text = value(name) { return text }
    return value("\(name)_FILE").map { (try? Secret.file($0).revealBlocking()) ?? "" }
  }
}
