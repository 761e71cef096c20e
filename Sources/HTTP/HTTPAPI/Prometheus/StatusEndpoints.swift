import MetricModel
import SampleStore
import WebServer

/// `status/...` and `alertmanagers`.
struct StatusEndpoints: Sendable {
  private let sources: APISources

  init(_ sources: APISources) { self.sources = sources }

  func register(in router: inout Router) {
    router.api("status/buildinfo") { _ throws(APIError) in buildInfo() }
    router.api("status/runtimeinfo") { _ throws(APIError) in await runtimeInfo() }
    router.api("status/flags") { _ throws(APIError) in
      let flags = sources.status.flags
      return APIAnswer { $0.map(flags) }
    }
    router.api("status/config") { _ throws(APIError) in
      let yaml = await sources.status.configuration()
      return APIAnswer { json in json.object { $0.member("yaml", yaml) } }
    }
    router.api("status/tsdb") { request throws(APIError) in
      store(limit: try RequestParameters(request).statusLimit())
    }
    router.api("status/walreplay") { _ throws(APIError) in
      APIAnswer { json in
        json.object { json in
          for key in ["min", "max", "current"] {
            json.key(key)
            json.integer(0)
          }
        }
      }
    }
    router.api("alertmanagers") { _ throws(APIError) in await alertmanagers() }
  }

  /// Without `features`: Grafana takes the server for plain Prometheus then.
  private func buildInfo() -> APIAnswer {
    let status = sources.status
    return APIAnswer { $0.buildInfo(status) }
  }

  private func runtimeInfo() async -> APIAnswer {
    let status = sources.status
    let now = sources.now()
    let reload = await status.lastReload()
    return APIAnswer { json in
      json.object { json in
        json.key("startTime")
        json.time(status.startTime)
        json.member("CWD", status.workingDirectory)
        json.member("hostname", status.hostName)
        json.key("serverTime")
        json.time(now)
        json.key("reloadConfigSuccess")
        json.bool(reload.isGood)
        json.key("lastConfigTime")
        json.time(reload.at)
        for key in ["corruptionCount", "goroutineCount", "GOMAXPROCS", "GOMEMLIMIT"] {
          json.key(key)
          json.integer(0)
        }
        json.member("GOGC", "")
        json.member("GODEBUG", "")
        json.member("storageRetention", status.storageRetention)
      }
    }
  }

  private func store(limit: Int) -> APIAnswer {
    let store = sources.status.store()
    let times = sources.status.storedTimes()
    let top = sources.status.cardinality(limit)
    let lists = [
      ("seriesCountByMetricName", top?.seriesByMetric),
      ("labelValueCountByLabelName", top?.valuesByLabel),
      ("memoryInBytesByLabelName", top?.bytesByLabel),
      ("seriesCountByLabelValuePair", top?.seriesByPair),
    ]
    return APIAnswer { json in
      json.object { json in
        json.key("headStats")
        json.object { json in
          let numbers = [
            ("numSeries", store.series), ("numLabelPairs", top?.pairCount ?? 0),
            ("chunkCount", store.chunksCached),
            // As in Prometheus, an empty store begins at the end of time and ends at its beginning.
            ("minTime", Int((times?.lowerBound ?? .distantFuture).rawValue)),
            ("maxTime", Int((times?.upperBound ?? .distantPast).rawValue)),
          ]
          for (key, number) in numbers {
            json.key(key)
            json.integer(number)
          }
        }
        for (key, entries) in lists {
          json.key(key)
          json.array { json in
            for entry in entries ?? [] {
              json.object { json in
                json.member("name", entry.name)
                json.key("value")
                json.integer(entry.count)
              }
            }
          }
        }
      }
    }
  }

  private func alertmanagers() async -> APIAnswer {
    let urls = await sources.alertmanagers()
    return APIAnswer { json in
      json.object { json in
        json.key("activeAlertmanagers")
        json.array { json in
          for url in urls { json.object { $0.member("url", url) } }
        }
        json.key("droppedAlertmanagers")
        json.list([])
      }
    }
  }
}

extension JSONWriter {
  /// Writes the version and the build, under the names that both APIs use.
  mutating func buildInfo(_ status: APIStatus) {
    object { json in
      json.member("version", status.version)
      json.member("revision", status.revision)
      json.member("branch", "")
      json.member("buildUser", "")
      json.member("buildDate", status.buildDate)
      json.member("goVersion", "")
    }
  }
}
