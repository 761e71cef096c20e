import AlertIntegrations
import AlertRouting
import AlertRules
import Foundation
import MetricModel
import Scraping
import PromQLEngine
import HTTPAPI
import SampleStore

extension EvaluatorRoutes {
  /// What the APIs answer from.
  var sources: APISources {
    let rooms = rooms
    var sources = APISources(engine: rooms.engine)
    sources.limits.concurrentQueries = rooms.options.concurrentQueries
    sources.queryCounters = rooms.queryCounters
    sources.rules = { await rooms.rules.snapshot() }
    sources.targets = { await Self.targets(of: rooms.targets) }
    sources.metadata = { await Self.metadata(of: rooms.targets) }
    sources.targetMetadata = { await Self.targetMetadata(of: rooms.targets) }
    sources.externalLabels = { rooms.loaded.configuration.externalLabels }
    sources.alertmanagers = { rooms.fanout.senders.map(\.endpoint.url) }
    sources.alertRouter = rooms.router
    sources.status = status
    return sources
  }

  private var status: APIStatus {
    let rooms = rooms
    var status = APIStatus()
    status.version = TocsinVersion.current
    status.startTime = startedAt
    status.workingDirectory = FileManager.default.currentDirectoryPath
    status.hostName = ProcessInfo.processInfo.hostName
    status.storageRetention =
      PrometheusDuration(rawValue: rooms.options.retention.components.seconds * 1000).description
    let queries = rooms.options.queries
    status.flags = [
      "config.file": rooms.options.configFile,
      "notifications.config-file": rooms.options.notificationsFile ?? "",
      "query.lookback-delta": PrometheusDuration(rawValue: queries.lookback).description,
      "query.max-concurrency": String(rooms.options.concurrentQueries),
      "query.max-samples": String(queries.maxSamples),
      "query.timeout": queries.timeout.map {
        PrometheusDuration(rawValue: Int64($0 / .milliseconds(1))).description
      } ?? "",
      "storage.path": rooms.options.storagePath,
      "storage.retention.time": status.storageRetention,
      "web.enable-remote-write-receiver": String(rooms.options.receivesRemoteWrites),
      "web.config.file": rooms.options.webConfigFile ?? "",
      "web.external-url": rooms.externalURL,
      "web.listen-address": rooms.options.listenAddress,
    ]
    status.configuration = { rooms.loaded.configuration.prometheusText }
    status.notificationConfiguration = { rooms.loaded.configuration.notificationsText }
    status.lastReload = {
      let status = rooms.loaded.status
      return (status.succeeded, status.at)
    }
    status.cardinality = { limit in
      let top = rooms.store.cardinality(limit: limit)
      var result = APICardinality()
      result.seriesByMetric = top.seriesByMetric.map { ($0.name, $0.count) }
      result.valuesByLabel = top.valuesByLabel.map { ($0.name, $0.count) }
      result.bytesByLabel = top.bytesByLabel.map { ($0.name, $0.count) }
      result.seriesByPair = top.seriesByPair.map { ($0.name, $0.count) }
      result.pairCount = top.pairCount
      return result
    }
    status.store = {
      let stats = rooms.store.stats
      var store = APIStoreStatus()
      store.series = stats.series
      store.chunks = stats.chunksCached
      if let times = rooms.store.timeRange {
        (store.minTime, store.maxTime) = (times.lowerBound, times.upperBound)
      }
      return store
    }
    return status
  }

  private static func targets(of scheduler: TargetScheduler) async -> APITargets {
    APITargets(
      active: await scheduler.targets().map { snapshot in
        let target = snapshot.target
        return APITargets.Active(
          discoveredLabels: target.discoveredLabels, labels: target.labels,
          scrapePool: target.job.name, scrapeURL: target.url, globalURL: target.url,
          lastError: snapshot.lastError, lastScrape: snapshot.lastScrape,
          lastScrapeDuration: snapshot.lastDurationSeconds, health: snapshot.health.rawValue,
          interval: target.interval, timeout: target.timeout)
      },
      dropped: await scheduler.droppedTargets().map {
        APITargets.Dropped(scrapePool: $0.job, discoveredLabels: $0.discoveredLabels)
      }, droppedCounts: await scheduler.droppedCounts)
  }

  private static func targetMetadata(
    of scheduler: TargetScheduler
  ) async -> [APITargetMetadata] {
    await scheduler.metadata().map { entry in
      APITargetMetadata(
        labels: entry.target.labels,
        families: entry.families.mapValues {
          APIFamilyMetadata(type: $0.type, help: $0.help, unit: $0.unit)
        })
    }
  }

  private static func metadata(
    of scheduler: TargetScheduler
  ) async -> [String: [APIFamilyMetadata]] {
    var all: [String: [APIFamilyMetadata]] = [:]
    for target in await scheduler.metadata() {
      for (name, family) in target.families {
        let metadata = APIFamilyMetadata(type: family.type, help: family.help, unit: family.unit)
        if all[name]?.contains(metadata) != true { all[name, default: []].append(metadata) }
      }
    }
    return all
  }
}
