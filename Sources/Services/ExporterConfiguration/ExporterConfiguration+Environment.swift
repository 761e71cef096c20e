import Configuration
import TransportSecurity
import Codecs

extension ExporterConfiguration {
  /// Adds the servers that the environment names, as users of the peers and of application frameworks have them set.
  ///
  /// `DATABASE_URL` and `REDIS_URL` are what applications use; `DATA_SOURCE_*` are postgres_exporter's, `REDIS_ADDR`,
  /// `REDIS_USER` and `REDIS_PASSWORD` redis_exporter's. A kind that the file configures is left alone: what is written
  /// down wins over what happens to be set.
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

  /// What redis_exporter's variables say of TLS, which count for `rediss://` only; nil if none is set.
  private static func redisTLS(_ value: (String) -> String?) -> TLSConfiguration? {
    var tls = TLSConfiguration()
    tls.caFile = value("REDIS_EXPORTER_TLS_CA_CERT_FILE")
    tls.certificateFile = value("REDIS_EXPORTER_TLS_CLIENT_CERT_FILE")
    tls.keyFile = value("REDIS_EXPORTER_TLS_CLIENT_KEY_FILE")
    tls.insecureSkipVerify =
      ["1", "t", "true"].contains(value("REDIS_EXPORTER_SKIP_TLS_VERIFICATION")?.lowercased())
    return tls == TLSConfiguration() ? nil : tls
  }

  /// `DATABASE_URL` may name another kind of database, which is none of our business.
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

  /// A variable, or what the file holds that the variable with `_FILE` behind names. A file that
  /// cannot be read counts as empty: the connection then says what is wrong.
  private static func fromEnvironment(
    _ name: String, _ value: (String) -> String?
  ) -> String? {
    if let text = value(name) { return text }
    return value("\(name)_FILE").map { (try? Secret.file($0).revealBlocking()) ?? "" }
  }
}
