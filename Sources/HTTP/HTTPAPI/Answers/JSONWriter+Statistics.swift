import MetricModel
import PromQLEngine

/// The statistics of a query for a request with `stats`, in the shape of Prometheus.
struct QueryStatistics {
  let profile: QueryProfile
  /// How long the query waited in the queue.
  let queued: Duration
  /// Whether samples are also counted by step (`stats=all`).
  let bySteps: Bool

  /// `nil` for a query that was not recorded.
  init?(_ profile: QueryProfile?, queued: Duration, bySteps: Bool) {
    guard let profile else { return nil }
    self.profile = profile
    self.queued = queued
    self.bySteps = bySteps
  }
}

extension JSONWriter {
  /// Writes the member `stats`.
  mutating func statistics(_ statistics: QueryStatistics) {
    let profile = statistics.profile
    key("stats")
    object { json in
      json.key("timings")
      json.object { json in
        let evaluation = profile.preparation + profile.evaluation
        json.seconds("evalTotalTime", evaluation)
        // The evaluation returns sorted results, so that sorting takes no time of its own.
        json.seconds("resultSortTime", .zero)
        json.seconds("queryPreparationTime", profile.preparation)
        json.seconds("innerEvalTime", profile.evaluation)
        json.seconds("execQueueTime", statistics.queued)
        json.seconds("execTotalTime", statistics.queued + evaluation)
      }
      json.key("samples")
      json.object { json in
        if statistics.bySteps {
          json.steps("totalQueryableSamplesPerStep", profile.queryableSamplesPerStep)
        }
        json.key("totalQueryableSamples")
        json.integer(profile.queryableSamples)
        if statistics.bySteps { json.steps("samplesReadPerStep", profile.readSamplesPerStep) }
        json.key("samplesRead")
        json.integer(profile.readSamples)
        json.key("peakSamples")
        json.integer(profile.peakSamples)
      }
    }
  }

  private mutating func steps(_ name: String, _ counts: [(time: Timestamp, count: Int)]) {
    guard !counts.isEmpty else { return }
    key(name)
    array { json in
      for (time, count) in counts {
        json.array { json in
          json.instant(time)
          json.integer(count)
        }
      }
    }
  }

  /// Writes a duration as a number of seconds.
  mutating func seconds(_ name: String, _ duration: Duration) {
    key(name)
    number(duration / .seconds(1))
  }

  /// Writes the plan of a query with the measurements of its operators.
  mutating func plan(_ nodes: [QueryProfile.Node]) {
    array { json in
      for node in nodes {
        json.object { json in
          json.member("node", node.title)
          json.member("method", node.method)
          json.key("series")
          json.integer(node.series)
          json.key("steps")
          json.integer(node.steps)
          json.key("samplesRead")
          json.integer(node.samplesRead)
          json.seconds("time", node.time)
          json.seconds("ownTime", node.ownTime)
          json.key("children")
          json.plan(node.children)
        }
      }
    }
  }
}
