import SystemAccess
import CollectorCore
import ExporterConfiguration
import Logging
import PostgresAccess
import PostgresCollectors
import ProbeCollectors
import ProcessCollectors
import RedisAccess
import RedisCollectors
import SystemCollectors
import WebSecurity

/// All collectors of an exporter, created from its configuration.
struct ExporterAssembly: Sendable {
  let runner: CollectorRunner
  let summary: ExporterSummary
  let probes: ProbeTargets
  let postgresProbes: PostgresProbes
  let customQueries: CustomQueriesReload

  private let postgres: [PostgresServer]
  private let redis: [RedisServer]
  private let backups: BackupInspector?

  init(_ configuration: ExporterConfiguration, webConfig: WebConfig? = nil, logger: Logger) throws {
    let choice = CollectorChoice(configuration)
    try choice.check()
    let root = ProcRoot(
      proc: configuration.paths.proc, sys: configuration.paths.sys,
      rootfs: configuration.paths.root, udev: configuration.paths.udev)
    var system = try SystemContext(proc: root)
    for setting in configuration.systemOptions {
      try SystemOption.named(setting.name).set(setting.value, in: &system)
    }
    var summary = ExporterSummary()
    var collectors = try SystemCollectors.scheduled(system) {
      choice.isOn($0.name, byDefault: $0.isEnabledByDefault)
    }
    var standsFor = collectors.isEmpty ? [] : ["node_exporter"]
    if choice.isOn("process", byDefault: true) {
      collectors += try Self.processes(configuration, root: root)
      standsFor.append("process_exporter")
    }
    var own = ScheduledCollector("self", SelfCollector(role: "exporter", standsFor: standsFor))
    own.execution = .sequential("system")
    collectors.append(own)
    if let webConfig {
      collectors.append(ScheduledCollector("web_config", WebConfigState(webConfig)))
    }

    var selection = configuration.postgresSelection
    let options = configuration.postgresOptions
    let queries = Self.customQueries(configuration, selection: &selection, logger: logger)
    var registries: [CustomQueryRegistry] = []
    let entries = try PostgresEntry.entries(of: configuration.postgres)
    let postgres = entries.map(\.server)
    for entry in entries {
      let watched = entry.server
      summary.postgres.append((watched.label, entry.origin))
      collectors += PostgresCollectors.scheduled(
        for: watched, selection: entry.narrowing(selection))
      guard !watched.isPooler else { continue }
      let label = watched.label
      let registry = CustomQueryRegistry(
        watched, queries: queries.flatMap(\.queries), databases: selection.databases
      ) {
        logger.warning("postgres \(label): \($0)")
      }
      registries.append(registry)
      collectors += registry.scheduled(isReloadable: !configuration.queryFiles.isEmpty)
    }
    let state = PostgresExporterState(files: queries)
    if !postgres.isEmpty { collectors.append(ScheduledCollector("postgres_exporter", state)) }
    customQueries = CustomQueriesReload(
      references: configuration.queryFiles, selection: configuration.postgresSelection,
      registries: registries, state: state)
    postgresProbes = PostgresProbes(postgres, modules: options.authModules, selection: selection)
    if options.backups.isEmpty {
      backups = nil
    } else {
      let inspector = BackupFiles.inspector(logger: logger)
      var scheduled = ScheduledCollector(
        "postgres_backups",
        BackupCollector(options.backups, list: BackupFiles.list, inspector: inspector))
      scheduled.schedule = .every(.seconds(60))
      collectors.append(scheduled)
      backups = inspector
    }
    var redis: [RedisServer] = []
    for server in configuration.redis {
      let watched = RedisServer(try server.redisSettings())
      guard !redis.contains(where: { $0.label == watched.label }) else {
        throw ServerError(origin: server.origin, reason: "\(watched.label) is named twice")
      }
      redis.append(watched)
      summary.redis.append((watched.label, server.origin))
    }
    collectors += RedisCollectors.scheduled(for: redis)
    probes = try ProbeTargets(configuration.probes)
    collectors += probes.scheduled()
    summary.probes = configuration.probes.count
    summary.collectors = collectors.map(\.name)
    self.postgres = postgres
    self.redis = redis
    self.summary = summary
    runner = CollectorRunner(collectors, logger: Logger(label: "collect"))
  }

  /// Reads the files with custom queries. Errors are logged and shown as a metric; valid queries
  /// are used, and the exporter starts.
  private static func customQueries(
    _ configuration: ExporterConfiguration, selection: inout PostgresSelection, logger: Logger
  ) -> [CustomQueriesFile] {
    let files = CustomQueriesReload.read(
      configuration.queryFiles, selection: selection, logger: logger)
    for file in files { selection.disabled.formUnion(file.disabled) }
    return files
  }

  private static func processes(
    _ configuration: ExporterConfiguration, root: ProcRoot
  ) throws -> [ScheduledCollector] {
    var context = try configuration.processContext()
    context.proc = root
    return try ProcessCollectors.scheduled(context)
  }

  /// Runs the background work of the collectors until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await runner.run() }
      if let backups { group.addTask { await backups.run() } }
    }
  }

  /// The health of the servers: from the last scrape, or from new queries if that is too old.
  func health() async -> [BackendHealth] {
    await withTaskGroup(of: BackendHealth.self) { group in
      for server in postgres {
        group.addTask {
          let health = await server.health()
          return BackendHealth(
            kind: .postgres, server: server.label, isUp: health.isUp,
            version: health.version ?? "", reason: health.reason ?? "")
        }
      }
      for server in redis {
        group.addTask {
          let health = await server.health()
          return BackendHealth(
            kind: .redis, server: server.label, isUp: health.isUp, version: health.version ?? "",
            reason: health.reason ?? "")
        }
      }
      var all: [BackendHealth] = []
      for await each in group { all.append(each) }
      return all.sorted { ($0.kind.rawValue, $0.server) < ($1.kind.rawValue, $1.server) }
    }
  }
}
