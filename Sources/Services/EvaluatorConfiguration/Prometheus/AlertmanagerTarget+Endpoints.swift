import AlertIntegrations
import MetricModel
import Scraping

extension AlertmanagerTarget {
  /// The endpoints of an entry after relabelling of their addresses; `common` are the rules for all
  /// alerts.
  func endpoints(relabelingAlerts common: [RelabelRule]) -> [AlertmanagerEndpoint] {
    let rules = common + alertRelabelRules
    return urls.map { url in
      AlertmanagerEndpoint(
        url: url, timeout: timeout, client: client,
        relabel: { rules.isEmpty ? $0 : rules.apply(to: $0) })
    }
  }

  private var urls: [String] {
    staticTargets.flatMap { group in
      group.addresses.compactMap { address in
        let discovered = group.labels
          .setting("__address__", address).setting("__scheme__", scheme)
          .setting("__alerts_path__", pathPrefix + "/api/v2/alerts")
        guard let labels = relabelRules.isEmpty ? discovered : relabelRules.apply(to: discovered),
          let address = labels["__address__"]
        else { return nil }
        let path = labels["__alerts_path__"] ?? "/api/v2/alerts"
        return "\(labels["__scheme__"] ?? scheme)://\(address)\(path)"
      }
    }
  }
}
