package import AlertRouting
package import AlertRules
package import MetricModel
package import PromQLEngine

/// What the API answers from. The service that runs the API fills it in; nothing here knows who scrapes or stores.
package struct APISources: Sendable {
  /// Evaluates queries, and lists series through its querier.
  package var engine: QueryEngine
  /// The clock for queries without a time.
  package var now: @Sendable () -> Timestamp = { .now() }
  /// How much a request may ask for.
  package var limits = APILimits()
  /// Counts how queries went.
  package var queryCounters = QueryCounters()
  /// The rule groups.
  package var rules: @Sendable () async -> [RuleGroupSnapshot] = { [] }
  /// The targets.
  package var targets: @Sendable () async -> APITargets = { APITargets() }
  /// Type, help and unit of metric families, by name, as the targets say.
  package var metadata: @Sendable () async -> [String: [APIFamilyMetadata]] = { [:] }
  /// The labels of each target and what it says of its families.
  package var targetMetadata: @Sendable () async -> [APITargetMetadata] = { [] }
  /// Labels that series get on their way out, unless they have them.
  package var externalLabels: @Sendable () async -> Labels = { .empty }
  /// The URLs of the Alertmanagers that alerts are sent to, `/api/v2/alerts` included.
  package var alertmanagers: @Sendable () async -> [String] = { [] }
  /// Routes alerts and keeps silences; without one there is no Alertmanager API.
  package var alertRouter: AlertRouter?
  /// What the process says of itself.
  package var status = APIStatus()

  package init(engine: QueryEngine) { self.engine = engine }
}

/// How much a request may ask for.
package struct APILimits: Sendable {
  /// The most steps of a range query.
  package var stepsPerQuery = 11_000
  /// The most queries that run at the same time; others wait.
  package var concurrentQueries = 20

  package init() {}
}

/// The targets of the scraper, as the API shows them.
package struct APITargets: Sendable {
  /// A target that is scraped.
  package struct Active: Sendable {
    package var discoveredLabels: Labels
    package var labels: Labels
    package var scrapePool: String
    package var scrapeURL: String
    package var globalURL: String
    /// Empty if the last scrape was good.
    package var lastError: String
    /// Nil before the first scrape.
    package var lastScrape: Timestamp?
    /// In seconds.
    package var lastScrapeDuration: Double
    /// `up`, `down` or `unknown`.
    package var health: String
    package var interval: PrometheusDuration
    package var timeout: PrometheusDuration

    package init(
      discoveredLabels: Labels, labels: Labels, scrapePool: String, scrapeURL: String,
      globalURL: String, lastError: String, lastScrape: Timestamp?, lastScrapeDuration: Double,
      health: String, interval: PrometheusDuration, timeout: PrometheusDuration
    ) {
      self.discoveredLabels = discoveredLabels
      self.labels = labels
      self.scrapePool = scrapePool
      self.scrapeURL = scrapeURL
      self.globalURL = globalURL
      self.lastError = lastError
      self.lastScrape = lastScrape
      self.lastScrapeDuration = lastScrapeDuration
      self.health = health
      self.interval = interval
      self.timeout = timeout
    }
  }

  /// A target that relabelling dropped.
  package struct Dropped: Sendable {
    package var scrapePool: String
    package var discoveredLabels: Labels

    package init(scrapePool: String, discoveredLabels: Labels) {
      self.scrapePool = scrapePool
      self.discoveredLabels = discoveredLabels
    }
  }

  /// The targets that are scraped, in the order in which they are shown.
  package var active: [Active] = []
  /// The targets that are not, as far as they are kept.
  package var dropped: [Dropped] = []
  /// How many targets relabelling dropped, by scrape pool, those that are not kept included; every pool is there.
  package var droppedCounts: [String: Int] = [:]

  package init(
    active: [Active] = [], dropped: [Dropped] = [], droppedCounts: [String: Int] = [:]
  ) {
    self.active = active
    self.dropped = dropped
    self.droppedCounts = droppedCounts
  }
}

/// What a target says of a metric family.
package struct APIFamilyMetadata: Sendable, Hashable {
  package var type: MetricType
  package var help: String
  package var unit: String

  package init(type: MetricType, help: String, unit: String = "") {
    self.type = type
    self.help = help
    self.unit = unit
  }
}

/// What one target says of its metric families.
package struct APITargetMetadata: Sendable {
  package var labels: Labels
  package var families: [String: APIFamilyMetadata]

  package init(labels: Labels, families: [String: APIFamilyMetadata]) {
    self.labels = labels
    self.families = families
  }
}

/// What the process says of itself.
package struct APIStatus: Sendable {
  /// The version of Tocsin.
  package var version = ""
  /// The commit it was built from.
  package var revision = ""
  /// When it was built.
  package var buildDate = ""
  /// When the process began.
  package var startTime = Timestamp(rawValue: 0)
  /// The directory that it runs in.
  package var workingDirectory = ""
  /// The name of the machine.
  package var hostName = ""
  /// How long samples are kept, as text.
  package var storageRetention = ""
  /// The command line flags, without the dashes.
  package var flags: [String: String] = [:]
  /// The configuration that is in force, secrets removed.
  package var configuration: @Sendable () async -> String = { "" }
  /// The notifications file that is in force, secrets removed; empty if there is none.
  package var notificationConfiguration: @Sendable () async -> String = { "" }
  /// Whether the last reload was good, and when that was.
  package var lastReload: @Sendable () async -> (isGood: Bool, at: Timestamp) = {
    (true, Timestamp(rawValue: 0))
  }
  /// Numbers of the sample store.
  package var store: @Sendable () async -> APIStoreStatus = { APIStoreStatus() }
  /// What makes the most series, with so many entries per list.
  package var cardinality: @Sendable (_ limit: Int) async -> APICardinality = { _ in
    APICardinality()
  }

  package init() {}
}

/// What makes the most series: names and numbers, the largest first.
package struct APICardinality: Sendable {
  package var seriesByMetric: [(String, Int)] = []
  package var valuesByLabel: [(String, Int)] = []
  /// The bytes of the values of a label in all series, by its name.
  package var bytesByLabel: [(String, Int)] = []
  package var seriesByPair: [(String, Int)] = []
  package var pairCount = 0

  package init() {}
}

/// Numbers of the sample store.
package struct APIStoreStatus: Sendable {
  package var series = 0
  package var labelPairs = 0
  package var chunks = 0
  package var minTime = Timestamp.distantFuture
  package var maxTime = Timestamp.distantPast

  package init() {}
}
