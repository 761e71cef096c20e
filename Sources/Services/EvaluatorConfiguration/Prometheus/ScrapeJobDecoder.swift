import YAMLDecoding
import Configuration
import MetricModel
import Scraping

/// Decodes one entry of `scrape_configs`.
struct ScrapeJobDecoder {
  let global: GlobalConfiguration
  let directory: String

  /// The discovery mechanisms of Prometheus that Tocsin does not support.
  static let discoveryKeys = [
    "aws_sd_configs", "azure_sd_configs", "consul_sd_configs", "digitalocean_sd_configs",
    "docker_sd_configs", "dockerswarm_sd_configs", "ec2_sd_configs", "eureka_sd_configs",
    "gce_sd_configs", "hetzner_sd_configs",
    "ionos_sd_configs", "kubernetes_sd_configs", "kuma_sd_configs", "lightsail_sd_configs",
    "linode_sd_configs", "marathon_sd_configs", "nerve_sd_configs", "nomad_sd_configs",
    "oci_sd_configs",
    "openstack_sd_configs", "outscale_sd_configs", "ovhcloud_sd_configs", "puppetdb_sd_configs",
    "scaleway_sd_configs",
    "serverset_sd_configs", "stackit_sd_configs", "triton_sd_configs", "uyuni_sd_configs",
    "vultr_sd_configs",
  ]

  private static let unsupportedKeys = [
    "native_histogram_bucket_limit", "native_histogram_min_bucket_factor",
    "metric_name_validation_scheme", "metric_name_escaping_scheme", "scrape_failure_log_file",
  ]

  func decode(_ mapping: ConfigMapping) -> ScrapeJob? {
    let name = mapping.requiredString("job_name")
    var job = ScrapeJob(name: name ?? "")
    times(mapping, of: &job)
    if let path = mapping.string("metrics_path"), !path.isEmpty { job.metricsPath = path }
    job.scheme = mapping.choice("scheme", of: URLScheme.self)?.rawValue ?? "http"
    job.params = params(mapping)
    job.honorLabels = mapping.bool("honor_labels") ?? false
    job.honorTimestamps = mapping.bool("honor_timestamps") ?? true
    job.limits = mapping.scrapeLimits(defaults: global.limits)
    job.client = mapping.httpClientKeys(directory: directory)
    job.acceptsCompression = mapping.bool("enable_compression") ?? true
    job.tracksTimestampsStaleness = mapping.bool("track_timestamps_staleness") ?? false
    job.protocols = mapping.scrapeProtocols() ?? global.protocols
    if let fallback = mapping.scrapeProtocol("fallback_scrape_protocol") {
      job.fallbackProtocol = fallback
    }
    job.keptDroppedTargets =
      mapping.int("keep_dropped_targets", in: 0...Int.max) ?? global.keptDroppedTargets
    job.staticTargets = mapping.targetGroups()
    job.discovery = mapping.discoverySources(directory: directory)
    for key in PrometheusDecoder.offOnlyKeys { mapping.mustBeOff(key) }
    job.relabelRules = mapping.relabelRules("relabel_configs")
    job.metricRelabelRules = mapping.relabelRules("metric_relabel_configs")
    mapping.refuse(
      Self.discoveryKeys,
      fix: "use static_configs, file_sd_configs, http_sd_configs or dns_sd_configs")
    mapping.refuse(Self.unsupportedKeys)
    mapping.finish()
    return name == nil ? nil : job
  }

  /// Decodes interval and timeout. The default timeout is the global one, limited to the job's
  /// interval.
  private func times(_ mapping: ConfigMapping, of job: inout ScrapeJob) {
    job.interval = mapping.interval("scrape_interval") ?? global.scrapeInterval
    job.timeout = min(global.scrapeTimeout, job.interval)
    guard let timeout = mapping.interval("scrape_timeout") else { return }
    job.timeout = timeout
    if timeout > job.interval {
      mapping.report(
        "\"scrape_timeout\" of job \"\(job.name)\" (\(PrometheusDuration(timeout))) is longer than its interval "
          + "(\(PrometheusDuration(job.interval)))", key: "scrape_timeout",
        fix: "a scrape must end before the next one begins")
    }
  }

  private func params(_ mapping: ConfigMapping) -> [String: [String]] {
    guard let params = mapping.mapping("params") else { return [:] }
    return Dictionary(params.pairs.map { ($0.key, params.strings($0.key)) }) { $1 }
  }
}
