import Codecs
package import MetricModel

/// A scrape target: the result of a job's relabelling for one address.
///
/// Two equal targets are scraped in the same way, so a reload leaves the loop of an unchanged
/// target alone. It is a class because it is passed around in every scrape and holds many values.
package final class ScrapeTarget: Sendable {
  /// The job, without its list of targets.
  package let job: ScrapeJob
  /// The labels attached to every series, including `job` and `instance`.
  package let labels: Labels
  /// The labels before relabelling.
  package let discoveredLabels: Labels
  /// The URL of the request.
  package let url: String
  /// The time between two scrapes.
  package let interval: Duration
  /// The timeout of a scrape.
  package let timeout: Duration

  /// The result for a discovered address.
  package enum Outcome: Sendable, Equatable {
    case target(ScrapeTarget)
    /// Relabelling dropped the address.
    case dropped(discoveredLabels: Labels)
    /// The labels do not form a valid target.
    case invalid(discoveredLabels: Labels, reason: String)
  }

  /// The outcomes of all static targets of a job, in order and without duplicates.
  package static func outcomes(of job: ScrapeJob) -> [Outcome] {
    var settings = job
    settings.staticTargets = []
    settings.discovery = []
    var seen: Set<Labels> = []
    return job.staticTargets.flatMap { group in
      group.addresses.compactMap { address in
        let outcome = outcome(
          discovered: group.labels.setting("__address__", address), job: settings)
        guard case .target(let target) = outcome else { return outcome }
        let identity = target.labels.setting("__url__", target.url)
        return seen.insert(identity).inserted ? outcome : nil
      }
    }
  }

  /// Adds default labels, applies relabelling, and derives the request from the labels that begin
  /// with two underscores.
  package static func outcome(discovered labels: Labels, job: ScrapeJob) -> Outcome {
    let discovered = Labels(defaults(of: job) + Array(labels))
    guard let relabeled = job.relabelRules.apply(to: discovered) else {
      return .dropped(discoveredLabels: discovered)
    }
    do {
      return .target(try ScrapeTarget(job: job, discovered: discovered, relabeled: relabeled))
    } catch {
      return .invalid(discoveredLabels: discovered, reason: error.reason)
    }
  }

  private struct Invalid: Error { let reason: String }

  private init(job: ScrapeJob, discovered: Labels, relabeled: Labels) throws(Invalid) {
    guard let address = relabeled["__address__"] else { throw Invalid(reason: "no address") }
    guard !address.contains("/") else {
      throw Invalid(reason: "\"\(address)\" is no address: leave out scheme and path")
    }
    guard let interval = PrometheusDuration(relabeled["__scrape_interval__"] ?? ""),
      interval > .zero
    else { throw Invalid(reason: "__scrape_interval__ is no duration above zero") }
    guard let timeout = PrometheusDuration(relabeled["__scrape_timeout__"] ?? ""), timeout > .zero
    else { throw Invalid(reason: "__scrape_timeout__ is no duration above zero") }
    guard timeout <= interval else {
      throw Invalid(reason: "scrape timeout \(timeout) is longer than interval \(interval)")
    }
    self.job = job
    self.interval = interval.duration
    self.timeout = timeout.duration
    discoveredLabels = discovered
    url = Self.url(relabeled, address: address, params: job.params)
    let visible = Labels(relabeled.filter { !$0.name.utf8.starts(with: "__".utf8) })
    labels = visible["instance"] == nil ? visible.setting("instance", address) : visible
  }

  private static func defaults(of job: ScrapeJob) -> [Label] {
    var labels = [
      Label(name: "job", value: job.name),
      Label(name: "__scheme__", value: job.scheme),
      Label(name: "__metrics_path__", value: job.metricsPath),
      Label(name: "__scrape_interval__", value: PrometheusDuration(job.interval).description),
      Label(name: "__scrape_timeout__", value: PrometheusDuration(job.timeout).description),
    ]
    for (name, values) in job.params {
      labels.append(Label(name: "__param_" + name, value: values.first ?? ""))
    }
    return labels
  }

  private static func url(_ labels: Labels, address: String, params: [String: [String]]) -> String {
    var params = params
    let prefix = "__param_"
    for label in labels where label.name.utf8.starts(with: prefix.utf8) {
      let name = String(label.name.dropFirst(prefix.count))
      params[name] = [label.value] + (params[name] ?? []).dropFirst()
    }
    var query = ""
    for (name, values) in params.sorted(by: { $0.key < $1.key }) {
      for value in values {
        query +=
          (query.isEmpty ? "?" : "&") + PercentEncoding.component(name) + "="
          + PercentEncoding.component(value)
      }
    }
    let path = labels["__metrics_path__"] ?? "/"
    let slash = path.utf8.first == UInt8(ascii: "/") ? "" : "/"
    return (labels["__scheme__"] ?? "http") + "://" + address + slash + path + query
  }
}

extension ScrapeTarget: Hashable {
  package static func == (left: ScrapeTarget, right: ScrapeTarget) -> Bool {
    left === right
      || left.url == right.url && left.labels == right.labels
        && left.discoveredLabels == right.discoveredLabels && left.interval == right.interval
        && left.timeout == right.timeout && left.job == right.job
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(url)
    hasher.combine(labels)
  }
}
