import YAMLDecoding
import Configuration
import PostgresAccess
import PostgresCollectors
import ProbeCollectors
import RedisAccess
import TestSupport
import Testing
import TransportSecurity

@testable import ExporterConfiguration

@Suite struct ExporterConfigurationTests {
  private func read(_ text: String) throws -> (ExporterConfiguration, [String]) {
    let folder = try TemporaryDirectory(prefix: "tocsin-exporter")
    _ = try folder.write("hunter2", to: "secret")
    let diagnostics = ConfigDiagnostics()
    let configuration = ExporterConfiguration.read(
      file: try folder.write(text, to: "exporter.yml"), diagnostics: diagnostics)
    let errors = diagnostics.errors.map { $0.description.replacing(folder.path + "/", with: "") }
    return (configuration, errors)
  }

  @Test func everyKeyIsRead() throws {
    let (configuration, errors) = try read(
      """
      postgres:
        servers:
          - url: postgresql://a@db/app
            password_file: secret
      redis:
        servers: [{url: "redis://cache"}, {url_file: secret}]
      probes:
        targets:
          - {name: web, address: "https://example.org/health", interval: 1m}
          - {name: db, address: "127.0.0.1:5432", module: tcp_connect}
      processes: {config_file: processes.yml}
      collectors: {enable: [a], disable: [b]}
      paths: {procfs: /host/proc}
      """)
    #expect(errors.isEmpty)
    #expect(configuration.postgres.count == 1)
    #expect("\(configuration.postgres[0].connection)" == "<secret>")
    #expect("\(configuration.postgres[0].password!)".hasSuffix("/secret>"))
    #expect(configuration.probes.map(\.module) == ["http_2xx", "tcp_connect"])
    #expect(configuration.redis.count == 2)
    #expect(configuration.processNamingFile?.hasSuffix("/processes.yml") == true)
    #expect(configuration.enabledCollectors == ["a"])
    #expect(configuration.disabledCollectors == ["b"])
    #expect(configuration.paths.proc == "/host/proc")
  }

  @Test(arguments: [
    ("postgre: {}\n", "exporter.yml:1:1", "postgres"),
    ("postgres:\n  servers:\n    - {}\n", "exporter.yml:3:7", "url"),
    ("collectors: {enable: [x], disable: [x]}\n", "exporter.yml:1:36", "both"),
    ("- a\n", "exporter.yml:1:1", "mapping"),
    ("probes: {targets: [{name: a, address: b, module: c}]}\n", "exporter.yml:1:", "http_2xx"),
  ])
  func mistakesAreNamedWithTheirPlace(text: String, place: String, word: String) throws {
    let (_, errors) = try read(text)
    #expect(errors.count == 1)
    #expect(errors.first?.hasPrefix(place) == true, "\(errors)")
    #expect(errors.first?.contains(word) == true, "\(errors)")
  }

  @Test func postgresOptionsAreRead() throws {
    let (configuration, errors) = try read(
      """
      postgres:
        servers: [{url: 'postgresql://h/x'}]
        databases: {include: [shop_*], exclude: ['*_old']}
        compat: ['0.20', queries.yaml]
        slow_interval: 10m
        database_interval: 2m
        auth_modules: [{name: readers, user: reader, password_file: secret}]
        backups: [{name: nightly, files: dumps/*.sql}, {name: b, files: /b/*, decompress: false}]

      """)
    #expect(errors.isEmpty, "\(errors)")
    let options = configuration.postgresOptions
    #expect(options.databases == DatabaseFilter(include: ["shop_*"], exclude: ["*_old"]))
    #expect(options.generations == [.from20, .exampleQueries])
    #expect(options.slowInterval == .seconds(600) && options.databaseInterval == .seconds(120))
    #expect(options.authModules.map(\.name) == ["readers"])
    #expect(options.backups.first?.pattern.hasSuffix("/dumps/*.sql") == true)
    #expect(options.backups.first?.pattern.hasPrefix("/") == true)
    #expect(options.backups.map(\.decompress) == [true, false])
  }

  @Test(
    arguments: [
      ("compat: [0.5]", "compat"), ("slow_interval: 1s", "slow_interval"),
      ("databases: {only: [a]}", "only"), ("auth_modules: [{name: a, user: b}]", "password"),
      ("backups: [{name: a}]", "files"),
    ])
  func wrongPostgresOptionsAreNamed(text: String, word: String) throws {
    let (_, errors) = try read("postgres: {\(text)}\n")
    #expect(errors.count == 1 && errors.first?.contains(word) == true, "\(errors)")
  }

  @Test func filesInTheEnvironmentAreRead() throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-environment")
    let environment = [
      "DATA_SOURCE_URI_FILE": try folder.write("h:5433/d\n", to: "uri"),
      "DATA_SOURCE_USER_FILE": try folder.write("a@b\n", to: "user"),
      "DATA_SOURCE_PASS_FILE": try folder.write("pw\n", to: "pass"),
    ]
    var configuration = ExporterConfiguration()
    configuration.addServers(fromEnvironment: environment)
    let settings = try configuration.postgres[0].postgresSettings()
    #expect(settings.serverLabel == "h:5433")
    #expect(settings["user"] == "a@b" && settings["password"] == "pw")
  }

  @Test func anEmptyFileMeansAllDefaults() throws {
    let (configuration, errors) = try read("# nothing\n")
    #expect(errors.isEmpty)
    #expect(configuration.postgres.isEmpty)
  }

  @Test(arguments: [
    (["DATABASE_URL": "postgresql://a:b@h/d"], 1, 0),
    (["DATABASE_URL": "mysql://a:b@h/d"], 0, 0),
    (
      ["DATA_SOURCE_NAME": "postgresql://a/x,postgresql://b/y", "DATABASE_URL": "postgresql://c"],
      2, 0
    ),
    (["DATA_SOURCE_URI": "h:5432/d", "DATA_SOURCE_USER": "a@b", "DATA_SOURCE_PASS": "p"], 1, 0),
    (["REDIS_URL": "redis://h"], 0, 1), (["REDIS_ADDR": "h:6379", "REDIS_PASSWORD": "p"], 0, 1),
    (["DATABASE_URL": "", "REDIS_URL": ""], 0, 0),
  ])
  func serversComeFromTheEnvironment(
    environment: [String: String], postgres: Int, redis: Int
  ) throws {
    var configuration = ExporterConfiguration()
    configuration.addServers(fromEnvironment: environment)
    #expect(configuration.postgres.count == postgres)
    #expect(configuration.redis.count == redis)
    for server in configuration.postgres { _ = try server.postgresSettings() }
    for server in configuration.redis { _ = try server.redisSettings() }
  }

  @Test func redisSupportsTLS() throws {
    let (configuration, errors) = try read(
      """
      redis:
        servers:
        - {url: 'rediss://h', tls_config: {ca_file: ca.crt, cert_file: /c, key_file: /k, server_name: n, insecure_skip_verify: true}}
        - {url: 'redis://h:1', tls_config: {ca_file: ca.crt}}
        - {url: 'rediss://h:2?ssl_cert_reqs=none'}
      """)
    #expect(errors.isEmpty)
    let tls = try #require(try configuration.redis[0].redisSettings().tls)
    #expect(tls.caFile?.hasSuffix("/ca.crt") == true && tls.caFile != "ca.crt")
    #expect(tls.certificateFile == "/c" && tls.keyFile == "/k" && tls.serverName == "n")
    #expect(tls.insecureSkipVerify)
    let error = #expect(throws: (any Error).self) { try configuration.redis[1].redisSettings() }
    #expect(error.map { "\($0)" }?.contains("write rediss://") == true)
    #expect(try configuration.redis[2].redisSettings().tls?.insecureSkipVerify == true)
    let (_, mistakes) = try read(
      "redis: {servers: [{url: 'rediss://h', tls_config: {key_file: k, ca: x, cafile: y}}]}\n")
    #expect(mistakes.count == 3, "\(mistakes)")

    var fromEnvironment = ExporterConfiguration()
    var environment = [
      "REDIS_ADDR": "rediss://h", "REDIS_EXPORTER_TLS_CA_CERT_FILE": "/ca",
      "REDIS_EXPORTER_TLS_CLIENT_CERT_FILE": "/c", "REDIS_EXPORTER_TLS_CLIENT_KEY_FILE": "/k",
      "REDIS_EXPORTER_SKIP_TLS_VERIFICATION": "true",
    ]
    fromEnvironment.addServers(fromEnvironment: environment)
    let named = try #require(try fromEnvironment.redis[0].redisSettings().tls)
    #expect(named.caFile == "/ca" && named.certificateFile == "/c" && named.keyFile == "/k")
    #expect(named.insecureSkipVerify)
    environment["REDIS_ADDR"] = "redis://h"
    var plain = ExporterConfiguration()
    plain.addServers(fromEnvironment: environment)
    #expect(try plain.redis[0].redisSettings().tls == nil)
  }

  @Test func theFileTakesPrecedenceOverTheEnvironment() throws {
    var (configuration, _) = try read("postgres: {servers: [{url: 'postgresql://file/x'}]}\n")
    configuration.addServers(fromEnvironment: ["DATABASE_URL": "postgresql://environment/x"])
    #expect(configuration.postgres.map(\.origin.description).count == 1)
    #expect(try configuration.postgres[0].postgresSettings().serverLabel == "file:5432")
  }

  @Test func aBadConnectionStringIsRefusedWithoutShowingIt() throws {
    let server = ExporterConfiguration.Server(
      connection: .inline("postgresql://u:hunter2@h:notaport/d"),
      origin: "DATABASE_URL")
    do {
      _ = try server.postgresSettings()
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains("DATABASE_URL"))
      #expect(!"\(error)".contains("hunter2"))
    }
  }
}
