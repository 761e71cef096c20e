import SystemAccess
import AlertIntegrations
import AlertRouting
import AlertRules
import CollectorCore
import Concurrency
import EvaluatorConfiguration
import YAMLDecoding
import Logging
import MetricModel
import Scraping
import PromQLEngine
import HTTPAPI
import RemoteWrite
import SampleStore
import SQLiteStorage
import StorageAPI
import Synchronization
import WebClient
import WebServer

/// The composition root of an evaluator: its components, connected with each other.
final class EvaluatorComponents: Sendable {
  let options: EvaluatorOptions
  let externalURL: String
  let store: SampleStore
  let state: StateDatabase
  let eventLog: EventLog
  let targets: TargetScheduler
  let appender: ForwardingAppender
  let sendQueue: SendQueue
  let sender: RemoteWriteSender
  let discovery: TargetDiscovery
  let receiver: RemoteWriteReceiver
  let rules: GroupScheduler
  let router: AlertRouter
  let engine: QueryEngine
  let queryCounters = QueryCounters()
  let fanout: AlertFanout
  let client: WebClient
  let scrapeClient: WebClient
  let mail: MailClient
  let logger: Logger

  private let templates: RuleTemplates
  private let current: Mutex<Loaded>
  private let reloads = AsyncMutex()

  /// The configuration in force.
  struct Loaded: Sendable {
    var configuration: EvaluatorConfiguration
    var status: ReloadStatus
  }

  private init(
    options: EvaluatorOptions, externalURL: String, store: SampleStore, state: StateDatabase,
    sendQueue: SendQueue, eventLog: EventLog, configuration: EvaluatorConfiguration,
    logger: Logger
  ) {
    self.options = options
    self.externalURL = externalURL
    self.store = store
    self.state = state
    self.eventLog = eventLog
    self.logger = logger
    client = WebClient()
    // A separate client, so that no notification waits while a scrape is parsed.
    scrapeClient = WebClient()
    mail = MailClient()
    let appender = ForwardingAppender(store: store, queue: sendQueue)
    self.appender = appender
    self.sendQueue = sendQueue
    sender = RemoteWriteSender(queue: sendQueue, client: client)
    receiver = RemoteWriteReceiver(appender: appender)
    engine = QueryEngine(querier: store, options: options.queries)
    let onEvent = options.onEvent
    var services = RouterServices(store: state, log: Logger(label: "notifications"))
    services.onEvent = { event in
      eventLog.record(event)
      onEvent(.router(event))
    }
    router = AlertRouter(services)
    fanout = AlertFanout(router)
    current = Mutex(
      Loaded(configuration: configuration, status: ReloadStatus(succeeded: true, at: .now())))
    let queries = TemplateQueries(engine: engine)
    let templates = RuleTemplates(externalURL: externalURL) {
      try await queries.elements(of: $0, at: $1)
    }
    self.templates = templates
    let rules = GroupScheduler(
      RuleServices(
        query: engine.ruleQuery, expand: { try await templates.expand($0, $1) }, appender: appender,
        store: state,
        sink: fanout,
        onEvent: { event in
          eventLog.record(event)
          onEvent(.rule(event))
        }, log: Logger(label: "rules")),
      evaluation: options.evaluation)
    self.rules = rules
    targets = TargetScheduler(
      appender: appender,
      fetcher: WebTargetFetcher(client: scrapeClient),
      clock: .system { [scrapeClient] in try await scrapeClient.sleep(for: $0) },
      executor: scrapeClient.executor,
      logger: Logger(label: "scraping"),
      onScrape: { rules.samplesArrived(of: $0.metricNames) })
    discovery = TargetDiscovery(
      scheduler: targets, client: client, tools: TargetFile.discoveryTools,
      logger: Logger(label: "discovery"))
  }

  /// Opens the store and restores the state of an earlier process.
  static func open(
    _ options: EvaluatorOptions, configuration: EvaluatorConfiguration, listen: ListenAddress,
    usesTLS: Bool, logger: Logger
  ) async throws -> EvaluatorComponents {
    let folder = try StorageFolder(path: options.storagePath)
    let state = try StateDatabase(in: folder)
    var settings = SampleStoreSettings()
    settings.retention = options.retention
    settings.retentionBytes = options.retentionBytes
    settings.maximumSeries = options.maximumSeries
    settings.outOfOrderWindow = options.outOfOrderWindow
    let storeLog = Logger(label: "store")
    let store = try await SampleStore.open(in: folder, settings: settings) { event in
      switch event {
      case .writing(let reason):
        storeLog.error("samples are held in memory only", metadata: ["reason": "\(reason)"])
      case .upgrading(let left):
        storeLog.notice(
          "the file of an older version is brought up to date", metadata: ["chunks_left": "\(left)"]
        )
      case .recovered(let lost):
        storeLog.notice(
          "samples are written again", metadata: ["batches_given_up": "\(lost)"])
      case .damaged(let what):
        storeLog.error("damaged samples were left out", metadata: ["what": "\(what)"])
      }
    }
    let components = EvaluatorComponents(
      options: options,
      externalURL: Self.externalURL(options.externalURL, listen: listen, usesTLS: usesTLS),
      store: store,
      state: state, sendQueue: try SendQueue(in: folder, limits: options.sendQueue),
      eventLog: try EventLog(path: folder.file("alerts.jsonl")),
      configuration: configuration, logger: logger)
    try await components.router.restore(
      components.routerSetup(of: configuration, try components.notifiers(for: configuration)))
    try await components.useRules(of: configuration)
    await components.useRemoteWrites(of: configuration)
    await components.discovery.apply(configuration.scrapeJobs)
    return components
  }

  /// The URL without a trailing slash; for a listener on all interfaces, with the host `localhost`.
  private static func externalURL(
    _ given: String?, listen: ListenAddress, usesTLS: Bool
  ) -> String {
    guard let given, !given.isEmpty else {
      let host = listen.host.isEmpty || listen.host == "0.0.0.0" ? "localhost" : listen.host
      return "\(usesTLS ? "https" : "http")://\(ListenAddress(host: host, port: listen.port))"
    }
    return given.hasSuffix("/") ? String(given.dropLast()) : given
  }

  /// The configuration in force.
  var loaded: Loaded { current.withLock { $0 } }

  /// The notifiers and templates of a configuration. Creating them finds the last errors of its
  /// files, and changes nothing yet.
  private func notifiers(for configuration: EvaluatorConfiguration) throws -> NotifierSet {
    let templates = try NotificationTemplates(
      configuration.notifications.templates, externalURL: externalURL)
    let tools = NotifierTools(web: client, mail: mail, templates: templates)
    return NotifierSet(
      notifiers: try Notifiers.make(for: configuration.notifications, tools: tools),
      templates: templates)
  }

  private struct NotifierSet {
    let notifiers: [IntegrationKey: any Notifier]
    let templates: NotificationTemplates
  }

  private func routerSetup(
    of configuration: EvaluatorConfiguration, _ notifiers: NotifierSet
  ) -> RouterSetup {
    RouterSetup(
      configuration.notifications, notifiers: notifiers.notifiers,
      routeLabels: { notifiers.templates.expandRouteLabels($0, $1) })
  }

  private func useRemoteWrites(of configuration: EvaluatorConfiguration) async {
    appender.use(configuration.remoteWrites)
    await sender.use(configuration.remoteWrites)
  }

  private func useRules(of configuration: EvaluatorConfiguration) async throws {
    var settings = RuleSettings()
    settings.externalLabels = configuration.externalLabels
    settings.externalURL = externalURL
    fanout.use(
      configuration.alertmanagers.map { AlertmanagerSender($0, client: client) })
    templates.use(externalLabels: configuration.externalLabels)
    try await rules.load(configuration.ruleGroups, settings: settings)
  }

  /// Reads all files again. If one has an error nothing changes, and `loaded.status` shows the
  /// failure.
  ///
  /// Reloads run one after another, in the order of their requests. A client that disconnects does
  /// not interrupt a reload.
  func reload() async throws {
    try await withCancellationShield { [self] in
      try await reloads.withLock { try await reloadNow() }
    }
  }

  private func reloadNow() async throws {
    do {
      let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
      let configuration = EvaluatorConfiguration.read(
        prometheus: options.configFile, notifications: options.notificationsFile,
        diagnostics: diagnostics)
      try diagnostics.throwIfAny()
      for warning in diagnostics.warnings { logger.warning("\(warning)") }
      let notifiers = try notifiers(for: configuration)
      try await useRules(of: configuration)
      await router.reload(routerSetup(of: configuration, notifiers))
      await useRemoteWrites(of: configuration)
      await discovery.apply(configuration.scrapeJobs)
      current.withLock {
        $0 = Loaded(
          configuration: configuration, status: ReloadStatus(succeeded: true, at: .now()))
      }
      logger.info("configuration reloaded")
    } catch {
      current.withLock { $0.status.succeeded = false }
      logger.error(
        "configuration not reloaded, the old one goes on", metadata: ["error": "\(error)"])
      throw error
    }
  }

  /// Returns when every target was scraped once, or after a minute: alerts that fired before a
  /// restart need the samples.
  func awaitFirstScrapes() async {
    await withDeadline(after: .seconds(60)) { [targets] in await targets.firstRound() }
  }

  /// Maintains the store and the heap until the task is cancelled.
  func maintain() async {
    await awaitFirstScrapes()
    var rounds = 0
    var heap = HeapTrimming()
    repeat {
      // Releases pages that were needed only at the start, and from time to time those of rare
      // work.
      if rounds % 10 == 0 { FilePages.release() }
      heap.releaseIfGrown()
      rounds += 1
      guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
      await store.maintain(now: .now())
    } while !Task.isCancelled
  }

  /// Writes what is buffered and closes the files.
  func close() async {
    do {
      await sender.stop()
      try sendQueue.close()
      try await store.close()
      try state.close()
    } catch {
      logger.error("the store was not closed in order", metadata: ["error": "\(error)"])
    }
    client.shutDown()
    scrapeClient.shutDown()
  }

  var summary: EvaluatorSummary {
    let configuration = loaded.configuration
    var summary = EvaluatorSummary()
    summary.groups = configuration.ruleGroups.count
    summary.rules = configuration.ruleGroups.reduce(0) { $0 + $1.rules.count }
    summary.ruleFiles = Set(configuration.ruleGroups.map(\.file)).count
    summary.targets = configuration.scrapeJobs.reduce(0) { count, job in
      count + job.staticTargets.reduce(0) { $0 + $1.addresses.count }
    }
    summary.receivers = configuration.notifications.receivers
      .filter { !$0.integrations.isEmpty }.map(\.name)
    summary.eventLog = eventLog.path
    return summary
  }
}
