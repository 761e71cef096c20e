import YAMLDecoding
import Configuration
import MetricModel
import Scraping
import Testing
import TransportSecurity
import WebClient

@testable import EvaluatorConfiguration

/// Decodes a `prometheus.yml` and returns its errors.
func prometheusErrors(_ text: String) -> [String] {
  let diagnostics = ConfigDiagnostics()
  _ = PrometheusConfiguration.decode(
    ConfigSource(text: text, file: "p.yml"), into: diagnostics)
  return diagnostics.errors.map(\.description)
}

func prometheus(
  _ text: String, environment: [String: String] = [:]
) throws -> PrometheusConfiguration {
  let diagnostics = ConfigDiagnostics()
  let configuration = PrometheusConfiguration.decode(
    ConfigSource(text: text, file: "/etc/p/p.yml"), environment: environment, into: diagnostics)
  try diagnostics.throwIfAny()
  return try #require(configuration)
}

@Test(arguments: [
  (
    "global:\n  scrape_intervall: 5s",
    "p.yml:2:3: unknown key \"scrape_intervall\" in global; did you mean \"scrape_interval\"?"
  ),
  (
    "global: {scrape_interval: 5s, scrape_timeout: 6s}",
    "p.yml:1:47: \"scrape_timeout\" in global (6s) is longer than \"scrape_interval\" (5s); a scrape must end before the next one begins"
  ),
  (
    "global: {evaluation_interval: often}",
    "p.yml:1:31: \"evaluation_interval\" in global must be a duration, not \"often\"; write it like 30s, 5m or 1h30m"
  ),
  (
    "global: {query_log_file: x}",
    "p.yml:1:10: \"query_log_file\" in global is not supported yet; remove it"
  ),
  (
    "global: {external_labels: {__name__: x}}",
    "p.yml:1:28: \"__name__\" in external_labels is no label name"
  ),
  (
    "remote_read:\n- url: http://x",
    "p.yml:1:1: \"remote_read\" in the file is not supported yet; remove it"
  ),
  ("scrape_configs:\n- static_configs: []", "p.yml:2:3: \"job_name\" is missing in scrape config"),
  (
    "scrape_configs:\n- job_name: a\n- job_name: b\n- job_name: a",
    "p.yml:4:13: job name \"a\" is used twice, first in line 2; job names must be unique"
  ),
  (
    "scrape_configs:\n- job_name: a\n  scrape_interval: 5s\n  scrape_timeout: 10s",
    "p.yml:4:19: \"scrape_timeout\" of job \"a\" (10s) is longer than its interval (5s); a scrape must end before the next one begins"
  ),
  (
    "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['http://x:1']",
    "p.yml:4:15: \"http://x:1\" is not a valid target address; write host:port, without scheme and path"
  ),
  (
    "scrape_configs:\n- job_name: a\n  static_configs:\n  - target: [x]",
    "p.yml:4:5: unknown key \"target\" in static config; did you mean \"targets\"?"
  ),
  (
    "scrape_configs:\n- job_name: a\n  static_configs:\n    targets: [x]",
    "p.yml:4:5: \"static_configs\" in scrape config must be a list, not a mapping; begin each entry with \"- \""
  ),
  (
    "scrape_configs:\n- job_name: a\n  scheme: htps",
    "p.yml:3:11: \"scheme\" in scrape config cannot be \"htps\"; did you mean \"https\"?"
  ),
  (
    "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{role: pod}]",
    "p.yml:3:3: \"kubernetes_sd_configs\" in scrape config is not supported yet; use static_configs, file_sd_configs, http_sd_configs or dns_sd_configs"
  ),
  (
    "scrape_configs:\n- job_name: a\n  sample_limit: -1",
    "p.yml:3:17: \"sample_limit\" in scrape config must be at least 0, not -1"
  ),
  (
    "scrape_configs:\n- job_name: a\n  body_size_limit: big",
    "p.yml:3:20: \"body_size_limit\" in scrape config must be a size, not \"big\"; write it like 512KB or 10MB"
  ),
  (
    "scrape_configs:\n- job_name: a\n  basic_auth: {username: u, password: p}\n  authorization: {credentials: c}",
    "p.yml:4:3: basic_auth and authorization in scrape config exclude each other; remove one of them"
  ),
  (
    "scrape_configs:\n- job_name: a\n  basic_auth: {password: p, password_file: f}",
    "p.yml:3:29: \"password\" and \"password_file\" in basic_auth exclude each other; remove one of them"
  ),
  (
    "scrape_configs:\n- job_name: a\n  authorization: {type: Basic, credentials: c}",
    "p.yml:3:25: \"type\" in authorization cannot be Basic; use basic_auth"
  ),
  (
    "scrape_configs:\n- job_name: a\n  authorization: {type: Token}",
    "p.yml:3:18: \"credentials\" is missing in authorization; set credentials or credentials_file"
  ),
  (
    "scrape_configs:\n- job_name: a\n  tls_config: {cert_file: c}",
    "p.yml:3:15: \"key_file\" is missing in tls_config; cert_file and key_file go together"
  ),
  (
    "scrape_configs:\n- job_name: a\n  proxy_url: localhost",
    "p.yml:3:14: \"proxy_url\" in scrape config is no URL: \"localhost\"; write http://host:port"
  ),
  (
    "scrape_configs:\n- job_name: a\n  http_headers: {X: {secrets: [s], values: [v]}}",
    "p.yml:3:18: header \"X\" needs exactly one value"
  ),
  (
    "scrape_configs:\n- job_name: a\n  relabel_configs: [{action: replce}]",
    "p.yml:3:30: \"action\" in relabel config cannot be \"replce\"; did you mean \"replace\"?"
  ),
  (
    "scrape_configs:\n- job_name: a\n  relabel_configs: [{regex: '(', target_label: x}]",
    "p.yml:3:29: invalid regular expression \"(\": missing ): ^(?s:()$"
  ),
  (
    "scrape_configs:\n- job_name: a\n  relabel_configs: [{source_labels: [x]}]",
    "p.yml:3:21: relabel action replace needs target_label"
  ),
  (
    "scrape_configs:\n- job_name: a\n  relabel_configs: [{action: hashmod, target_label: x}]",
    "p.yml:3:21: relabel action hashmod needs modulus"
  ),
  (
    "scrape_configs:\n- job_name: a\n  metric_relabel_configs: [{action: labeldrop, regex: x, source_labels: [y]}]",
    "p.yml:3:73: relabel action labeldrop has no use for \"source_labels\"; remove it"
  ),
  (
    "scrape_configs:\n- job_name: a\n  relabel_configs:\n  -",
    "p.yml:4:4: relabel config must be a mapping of keys to values, not nothing"
  ),
  (
    "rule_files: a.yml",
    "p.yml:1:13: \"rule_files\" in the file must be a list, not \"a.yml\"; begin each entry with \"- \""
  ),
  (
    "alerting:\n  alertmanagers:\n  - api_version: v1",
    "p.yml:3:18: \"api_version\" in alertmanager config must be v2, not \"v1\"; v1 is gone since Alertmanager 0.27"
  ),
  (
    "global: [",
    "p.yml:2:1: not valid YAML: did not find expected node content (while parsing a flow node, line 2)"
  ),
  ("groups: []", "p.yml:1:1: unknown key \"groups\" in the file"),
])
func invalidPrometheusFilesAreRefused(text: String, expected: String) {
  #expect(prometheusErrors(text) == [expected])
}

@Test func everyErrorOfAFileIsReported() {
  let text = """
    global:
      scrape_interval: x
      evaluation_intervall: 5s
    scrape_configs:
    - job_name: a
      scheme: ftp
      static_configs:
      - targets: ['a/b']
        labels: {a: [1]}
    """
  #expect(
    prometheusErrors(text).map { $0.prefix(10) } == [
      "p.yml:2:20", "p.yml:3:3:", "p.yml:6:11", "p.yml:8:15", "p.yml:9:17",
    ])
}

@Test(arguments: ["", "# nothing", "---\n", "{}", "global:\nscrape_configs:\nrule_files:\n"])
func emptyFilesGiveDefaults(text: String) throws {
  let configuration = try prometheus(text)
  #expect(configuration.global == GlobalConfiguration())
  #expect(configuration.jobs.isEmpty)
}

@Test func decodesAFullFile() throws {
  let configuration = try prometheus(
    """
    global:
      scrape_interval: 15s
      evaluation_interval: 30s
      rule_query_offset: 5s
      sample_limit: 1000
      external_labels: {region: eu, host: '${HOST}', price: '$$5', none: '${NONE}x'}
    rule_files: [rules/*.yml]
    alerting:
      alert_relabel_configs: [{action: labeldrop, regex: replica}]
      alertmanagers:
      - scheme: https
        path_prefix: /am
        timeout: 5s
        static_configs: [{targets: ['am:9093']}]
    scrape_configs:
    - job_name: node
      scrape_interval: 5s
      metrics_path: /m
      scheme: https
      params: {module: [a, b]}
      honor_labels: true
      honor_timestamps: no
      body_size_limit: 1MB
      sample_limit: 5
      label_limit: 10
      enable_compression: false
      follow_redirects: false
      basic_auth: {username: u, password_file: secret}
      tls_config: {ca_file: ca.pem, cert_file: /c.pem, key_file: k.pem, server_name: s, insecure_skip_verify: true}
      http_headers: {X-A: {values: [b]}}
      static_configs:
      - targets: [a:1, 'b:2']
        labels: {team: x}
      relabel_configs:
      - {action: Keep, source_labels: [__address__], regex: 'a.*'}
      - {target_label: empty, replacement: ''}
    - job_name: defaults
      bearer_token: t
    """, environment: ["HOST": "h1"])
  let global = configuration.global
  #expect(global.scrapeInterval == .seconds(15))
  #expect(global.scrapeTimeout == .seconds(10))
  #expect(global.evaluationInterval == .seconds(30))
  #expect(global.ruleQueryOffset == .seconds(5))
  #expect(
    global.externalLabels
      == Labels(["region": "eu", "host": "h1", "price": "$5", "none": "x"]))
  #expect(configuration.rulePatterns.map(\.pattern.text) == ["rules/*.yml"])
  #expect(configuration.alertRelabelRules.count == 1)
  let manager = try #require(configuration.alertmanagers.first)
  #expect(manager.scheme == "https")
  #expect(manager.pathPrefix == "/am")
  #expect(manager.timeout == .seconds(5))
  #expect(manager.staticTargets.first?.addresses == ["am:9093"])
  let job = configuration.jobs[0]
  #expect(job.interval == .seconds(5))
  #expect(job.timeout == .seconds(5))
  #expect(job.metricsPath == "/m")
  #expect(job.params == ["module": ["a", "b"]])
  #expect(job.honorLabels && !job.honorTimestamps)
  #expect(job.limits.bodySize == 1 << 20)
  #expect(job.limits.samples == 5)
  #expect(job.limits.labels == 10)
  #expect(!job.acceptsCompression && !job.client.followsRedirects)
  #expect(
    job.client.authorization == .basic(username: "u", password: .file("/etc/p/secret")))
  #expect(job.client.tls.caFile == "/etc/p/ca.pem")
  #expect(job.client.tls.certificateFile == "/c.pem")
  #expect(job.client.tls.insecureSkipVerify)
  #expect(job.client.headers == [.init(name: "X-A", value: .inline("b"))])
  #expect(job.staticTargets.first?.labels == Labels(["team": "x"]))
  #expect(job.relabelRules.map(\.action) == [.keep, .replace])
  #expect(job.relabelRules[1].replacement == "")
  let defaults = configuration.jobs[1]
  #expect(defaults.interval == .seconds(15))
  #expect(defaults.timeout == .seconds(10))
  #expect(defaults.limits.samples == 1000)
  #expect(defaults.client.authorization == .scheme("Bearer", credentials: .inline("t")))
}

@Test func secretsDoNotPrint() throws {
  let configuration = try prometheus(
    "scrape_configs: [{job_name: a, basic_auth: {username: u, password: hunter2}}]")
  #expect(!"\(configuration)".contains("hunter2"))
}

@Test func readsServiceDiscoveryAndTheKeysOfScraping() throws {
  let configuration = try prometheus(
    """
    global: {scrape_protocols: [PrometheusText0.0.4], keep_dropped_targets: 5}
    scrape_configs:
    - job_name: a
      track_timestamps_staleness: true
      fallback_scrape_protocol: OpenMetricsText1.0.0
      scrape_native_histograms: false
      file_sd_configs: [{files: ["t/*.yml", /x.json], refresh_interval: 10s}]
      http_sd_configs: [{url: "http://h/sd", basic_auth: {username: u, password: p}}]
      dns_sd_configs: [{names: [_a._tcp.b]}, {names: [b], type: A, port: 80}]
    """)
  let job = try #require(configuration.jobs.first)
  #expect(job.tracksTimestampsStaleness)
  #expect(job.fallbackProtocol == .openMetrics1)
  #expect(job.protocols == [.text0])
  #expect(job.keptDroppedTargets == 5)
  #expect(job.discovery.count == 4)
  #expect(
    job.discovery.first
      == .files(patterns: ["/etc/p/t/*.yml", "/x.json"], refresh: .seconds(10)))
  #expect(
    job.discovery.dropFirst(2)
      == [
        .dns(names: ["_a._tcp.b"], type: .srv, port: 0, refresh: .seconds(30)),
        .dns(names: ["b"], type: .a, port: 80, refresh: .seconds(30)),
      ])
}

@Test(arguments: [
  ("file_sd_configs: [{files: [a.txt]}]", "is no file of targets"),
  ("file_sd_configs: [{}]", "\"files\" is missing"),
  ("http_sd_configs: [{url: ftp://x}]", "must begin with http:// or https://"),
  ("dns_sd_configs: [{names: [a], type: A}]", "\"port\" is missing"),
  ("fallback_scrape_protocol: PrometheusProto", "PrometheusProto is not supported yet"),
  ("scrape_protocols: [X]", "is no scrape protocol"),
  ("scrape_native_histograms: true", "is not supported yet; remove it"),
])
func refusesWrongDiscovery(key: String, reason: String) {
  let errors = prometheusErrors("scrape_configs:\n- job_name: a\n  \(key)")
  #expect(errors.count == 1)
  #expect(errors.first?.contains(reason) == true, "\(errors)")
}

@Test func readsFilesOfTargetsAsJSONAndAsYAML() throws {
  let json = "[{\"targets\": [\"a:1\", \"b:2\"], \"labels\": {\"x\": \"y\"}}]"
  let expected = [TargetGroup(addresses: ["a:1", "b:2"], labels: ["x": "y"])]
  #expect(try TargetFile.decode(json, origin: "f.json") == expected)
  #expect(
    try TargetFile.decode("- targets: [a:1, b:2]\n  labels: {x: y}\n", origin: "f.yml")
      == expected)
  #expect(throws: ConfigError.self) { try TargetFile.decode("{}", origin: "f.json") }
  #expect(throws: ConfigFailure.self) {
    try TargetFile.decode("[{\"targets\": [\"http://a/\"]}]", origin: "f.json")
  }
}

/// Every key of `scrape_config` in Prometheus 3, with a value that Prometheus accepts: supported
/// keys, then those that Tocsin reports as errors. No key is silently ignored.
@Test(arguments: [
  ("scrape_interval", "30s", true), ("scrape_timeout", "5s", true),
  ("scrape_protocols", "[OpenMetricsText1.0.0, PrometheusText1.0.0]", true),
  ("fallback_scrape_protocol", "OpenMetricsText1.0.0", true), ("metrics_path", "/m", true),
  ("honor_labels", "true", true), ("honor_timestamps", "false", true),
  ("track_timestamps_staleness", "true", true), ("scheme", "https", true),
  ("params", "{a: [b]}", true), ("enable_compression", "false", true),
  ("body_size_limit", "10MB", true), ("sample_limit", "10", true), ("label_limit", "10", true),
  ("label_name_length_limit", "10", true), ("label_value_length_limit", "10", true),
  ("target_limit", "10", true), ("keep_dropped_targets", "10", true),
  ("basic_auth", "{username: u, password: p}", true),
  ("authorization", "{type: Bearer, credentials: c}", true), ("follow_redirects", "false", true),
  ("tls_config", "{insecure_skip_verify: true}", true), ("proxy_url", "http://p:1", true),
  ("http_headers", "{X-A: {values: [b]}}", true),
  ("static_configs", "[{targets: [a:1], labels: {b: c}}]", true),
  ("file_sd_configs", "[{files: [a.json], refresh_interval: 1m}]", true),
  ("http_sd_configs", "[{url: 'http://a', refresh_interval: 1m}]", true),
  ("dns_sd_configs", "[{names: [a], type: NS, port: 80, refresh_interval: 1m}]", true),
  ("relabel_configs", "[{action: labeldrop, regex: x}]", true),
  ("metric_relabel_configs", "[{action: labelkeep, regex: x}]", true),
  ("scrape_native_histograms", "true", false),
  ("scrape_classic_histograms", "true", false),
  ("always_scrape_classic_histograms", "true", false),
  ("convert_classic_histograms_to_nhcb", "true", false), ("extra_scrape_metrics", "true", false),
  ("scrape_failure_log_file", "f", false), ("native_histogram_bucket_limit", "10", false),
  ("native_histogram_min_bucket_factor", "1.1", false),
  ("metric_name_validation_scheme", "legacy", false),
  ("metric_name_escaping_scheme", "underscores", false), ("oauth2", "{client_id: a}", false),
  ("enable_http2", "true", false), ("no_proxy", "a", false),
  ("proxy_from_environment", "true", false), ("proxy_connect_header", "{a: [b]}", false),
])
func everyKeyOfAScrapeConfigIsSupportedOrReported(key: String, value: String, isFollowed: Bool)
  throws
{
  let errors = prometheusErrors("scrape_configs:\n- job_name: a\n  \(key): \(value)")
  if isFollowed {
    #expect(errors == [])
    let job = try prometheus("scrape_configs:\n- job_name: a\n  \(key): \(value)").jobs.first
    let plain = try prometheus("scrape_configs:\n- job_name: a").jobs.first
    #expect(job != plain, "\(key) has no effect")
  } else {
    #expect(errors.count == 1)
    #expect(errors.first?.contains("\"\(key)\" in scrape config is not supported yet") == true)
  }
}

/// The discovery mechanisms of Prometheus 3 that Tocsin does not support.
@Test(arguments: [
  "aws", "azure", "consul", "digitalocean", "docker", "dockerswarm", "ec2", "eureka", "gce",
  "hetzner", "ionos", "kubernetes", "kuma", "lightsail", "linode", "marathon", "nerve", "nomad",
  "oci",
  "openstack", "outscale", "ovhcloud", "puppetdb", "scaleway", "serverset", "stackit", "triton",
  "uyuni", "vultr",
])
func unsupportedDiscoveriesAreReported(name: String) {
  let errors = prometheusErrors("scrape_configs:\n- job_name: a\n  \(name)_sd_configs: [{a: b}]")
  #expect(errors.count == 1)
  #expect(
    errors.first?.contains("\"\(name)_sd_configs\" in scrape config is not supported yet") == true)
}

/// The keys of the HTTP client inside `http_sd_configs`.
@Test(arguments: [
  ("basic_auth", "{username: u, password: p}", true), ("authorization", "{credentials: c}", true),
  ("follow_redirects", "false", true), ("tls_config", "{server_name: s}", true),
  ("proxy_url", "http://p:1", true), ("http_headers", "{X-A: {values: [b]}}", true),
  ("oauth2", "{client_id: a}", false), ("enable_http2", "true", false), ("no_proxy", "a", false),
  ("proxy_from_environment", "true", false), ("proxy_connect_header", "{a: [b]}", false),
])
func everyKeyOfHTTPDiscoveryIsSupportedOrReported(key: String, value: String, isFollowed: Bool)
  throws
{
  let text =
    "scrape_configs:\n- job_name: a\n  http_sd_configs: [{url: 'http://a', \(key): \(value)}]"
  let errors = prometheusErrors(text)
  if isFollowed {
    #expect(errors == [])
    let plain = "scrape_configs:\n- job_name: a\n  http_sd_configs: [{url: 'http://a'}]"
    #expect(try prometheus(text).jobs != prometheus(plain).jobs, "\(key) has no effect")
  } else {
    #expect(errors.count == 1)
    #expect(errors.first?.contains("\"\(key)\" in http_sd config is not supported yet") == true)
  }
}
