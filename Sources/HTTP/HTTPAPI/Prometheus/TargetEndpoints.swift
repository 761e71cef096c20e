import MetricModel
import Scraping
import WebServer

/// `targets`, `scrape_pools` and `metadata`.
struct TargetEndpoints: Sendable {
  private let sources: APISources

  init(_ sources: APISources) { self.sources = sources }

  func register(in router: inout Router) {
    router.api("targets") { request throws(APIError) in await targets(request) }
    router.api("scrape_pools") { _ throws(APIError) in
      let pools = await sources.targets().droppedCounts.keys.sorted()
      return APIAnswer { json in
        json.object { json in
          json.key("scrapePools")
          json.list(pools)
        }
      }
    }
    router.api("targets/metadata") { request throws(APIError) in
      try await targetMetadata(request)
    }
    router.api("metadata") { request throws(APIError) in try await metadata(request) }
  }

  private func targets(_ request: HTTPRequest) async -> APIAnswer {
    let parameters = RequestParameters(request)
    let state = parameters["state"]?.lowercased() ?? "any"
    let pool = parameters["scrapePool"]
    let all = await sources.targets()
    let showsActive = ["any", "active"].contains(state)
    let showsDropped = ["any", "dropped"].contains(state)
    let active = all.active.filter { showsActive && (pool == nil || $0.target.job.name == pool) }
    let dropped = all.dropped.filter { showsDropped && (pool == nil || $0.job == pool) }
    return APIAnswer { json in
      json.object { json in
        json.key("activeTargets")
        json.array { json in for target in active { json.target(target) } }
        json.key("droppedTargets")
        json.array { json in for target in dropped { json.dropped(target) } }
        json.key("droppedTargetCounts")
        guard showsDropped else { return json.null() }
        json.object { json in
          for (pool, count) in all.droppedCounts.sorted(by: { $0.key < $1.key }) {
            json.key(pool)
            json.integer(count)
          }
        }
      }
    }
  }

  private func targetMetadata(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let limit = try parameters.metadataLimit() ?? .max
    let metric = parameters["metric"]
    let matchers = try parameters.matchers("match_target")
    var found: [(target: Labels, metric: String, family: FamilyMetadata)] = []
    for entry in await sources.metadata() {
      let labels = entry.target.labels
      guard matchers.allSatisfy({ $0.matches(labels[$0.name] ?? "") }) else { continue }
      // As in Prometheus, a target is shown with all of its families or not at all.
      guard found.count < limit else { break }
      for (name, family) in entry.families.sorted(by: { $0.key < $1.key })
      where metric == nil || name == metric {
        found.append((labels, name, family))
      }
    }
    return APIAnswer { json in
      json.array { json in
        for (target, name, family) in found {
          json.object { json in
            json.key("target")
            json.labels(target)
            if metric == nil { json.member("metric", name) }
            json.members(of: family)
          }
        }
      }
    }
  }

  private func metadata(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let limit = try parameters.metadataLimit() ?? .max
    let perMetric = try parameters.metadataLimit("limit_per_metric") ?? 0
    let limitPerMetric = perMetric == 0 ? .max : perMetric
    let wanted = parameters["metric"]
    let families = Self.families(of: await sources.metadata(), named: wanted)
      .sorted { $0.key < $1.key }
    return APIAnswer { json in
      json.object { json in
        for (name, entries) in families.prefix(limit) {
          json.key(name)
          json.array { json in
            for entry in entries.prefix(limitPerMetric) { json.object { $0.members(of: entry) } }
          }
        }
      }
    }
  }

  /// The distinct metadata that targets give for each family; only for `wanted` if it is set.
  private static func families(
    of targets: [TargetMetadata], named wanted: String?
  ) -> [String: [FamilyMetadata]] {
    var all: [String: [FamilyMetadata]] = [:]
    for target in targets {
      for (name, family) in target.families where wanted == nil || name == wanted {
        if all[name]?.contains(family) != true { all[name, default: []].append(family) }
      }
    }
    return all
  }
}

extension JSONWriter {
  fileprivate mutating func target(_ snapshot: TargetSnapshot) {
    let target = snapshot.target
    object { json in
      json.key("discoveredLabels")
      json.labels(target.discoveredLabels)
      json.key("labels")
      json.labels(target.labels)
      json.member("scrapePool", target.job.name)
      json.member("scrapeUrl", target.url)
      json.member("globalUrl", target.url)
      json.member("lastError", snapshot.lastError)
      json.key("lastScrape")
      json.time(snapshot.lastScrape)
      json.key("lastScrapeDuration")
      json.number(snapshot.lastDurationSeconds)
      json.member("health", snapshot.health.rawValue)
      json.member("scrapeInterval", PrometheusDuration(target.interval).description)
      json.member("scrapeTimeout", PrometheusDuration(target.timeout).description)
    }
  }

  fileprivate mutating func dropped(_ target: DroppedTarget) {
    object { json in
      json.key("discoveredLabels")
      json.labels(target.discoveredLabels)
      json.member("scrapePool", target.job)
    }
  }

  fileprivate mutating func members(of family: FamilyMetadata) {
    member("type", family.type.rawValue)
    member("help", family.help)
    member("unit", family.unit)
  }
}
