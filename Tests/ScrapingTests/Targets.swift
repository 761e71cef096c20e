import MetricModel

@testable import Scraping

/// A target of job `j` at an address, after changes to its job.
func target(
  _ address: String = "h:1", labels: Labels = .empty, _ change: (inout ScrapeJob) -> Void = { _ in }
) throws -> ScrapeTarget {
  var job = ScrapeJob(name: "j")
  change(&job)
  let outcome = ScrapeTarget.outcome(
    discovered: labels.setting("__address__", address), job: job)
  guard case .target(let target) = outcome else { throw NoTarget(outcome: "\(outcome)") }
  return target
}

struct NoTarget: Error { let outcome: String }
