import TestSupport
import Testing
import WebClient

/// Compares the exporter with Debian's node_exporter 1.5, at the same moment on the same machine.
@Suite struct HostReferenceTests {
  /// How far a value of the reference exporter may differ from ours.
  private enum Tolerance {
    /// A counter: between the scrapes before and after.
    case between
    /// Varies: between the least and the greatest of both scrapes, extended by a share of them and
    /// an amount.
    case near(share: Double, amount: Double)
    /// Not compared, for this reason.
    case skipped(String)
  }

  /// Families with a tolerance of their own. Any other must equal our value before or after, or lie
  /// between them if it is a counter.
  private static let tolerances: [(prefix: String, tolerance: Tolerance)] = [
    ("node_bcache_", .skipped("no collector of ours")),
    ("node_systemd_", .skipped("no collector of ours; Debian turns it on")),
    ("node_exporter_build_info", .skipped("the version of the program itself")),
    ("node_scrape_collector_duration_seconds", .skipped("how long the program itself took")),
    // Counters without a type, and CurrEstab, which is a gauge.
    ("node_netstat_Tcp_CurrEstab", .near(share: 0.2, amount: 20)),
    ("node_netstat_", .between), ("node_vmstat_", .between),
    // Values that change from moment to moment.
    ("node_arp_entries", .near(share: 0.2, amount: 3)),
    ("node_cpu_scaling_frequency_hertz", .near(share: 1, amount: 0)),
    ("node_cpu_frequency_hertz", .near(share: 1, amount: 0)),
    ("node_cpu_seconds_total", .near(share: 0, amount: 0.5)),
    ("node_disk_io_now", .near(share: 0, amount: 64)),
    ("node_entropy_available_bits", .near(share: 0, amount: 4096)),
    ("node_filefd_allocated", .near(share: 0.1, amount: 500)),
    ("node_filesystem_avail_bytes", .near(share: 0.02, amount: 256e6)),
    ("node_filesystem_free_bytes", .near(share: 0.02, amount: 256e6)),
    ("node_filesystem_files_free", .near(share: 0.02, amount: 20_000)),
    ("node_hwmon_", .near(share: 0.2, amount: 5)),
    ("node_thermal_zone_temp", .near(share: 0.2, amount: 5)),
    ("node_load", .near(share: 0, amount: 0.5)),
    // Constant sizes of the machine.
    ("node_memory_MemTotal_bytes", .near(share: 0, amount: 0)),
    ("node_memory_SwapTotal_bytes", .near(share: 0, amount: 0)),
    ("node_memory_VmallocTotal_bytes", .near(share: 0, amount: 0)),
    ("node_memory_Hugepagesize_bytes", .near(share: 0, amount: 0)),
    ("node_memory_", .near(share: 0.1, amount: 512e6)),
    ("node_nf_conntrack_entries_limit", .near(share: 0, amount: 0)),
    ("node_nf_conntrack_", .near(share: 0.2, amount: 200)),
    ("node_procs_running", .near(share: 0, amount: 64)),
    ("node_procs_blocked", .near(share: 0, amount: 64)),
    ("node_sockstat_", .near(share: 0.2, amount: 200)),
    ("node_softnet_backlog_len", .near(share: 0, amount: 64)),
    ("node_time_seconds", .between),
    ("node_timex_", .near(share: 0.01, amount: 0.01)),
    ("node_udp_queues", .near(share: 0, amount: 1e6)),
  ]

  /// Labels that node_exporter added after 1.5.
  private static let newerLabels: Set = ["adminstate", "device_error", "rotational"]

  /// Collectors that Debian's node_exporter runs and Tocsin lacks.
  private static let otherCollectors: Set = ["bcache", "systemd"]

  private struct Series: Hashable {
    let name: String
    let labels: [String: String]

    init(_ sample: ExpositionText.Sample) {
      name = sample.name
      labels = sample.labels.filter { !HostReferenceTests.newerLabels.contains($0.key) }
    }
  }

  private static func values(_ text: ExpositionText) -> [Series: Double] {
    Dictionary(
      text.samples.map { (Series($0), $0.number) }, uniquingKeysWith: { first, _ in first })
  }

  private static func tolerance(of name: String, _ type: String?) -> Tolerance {
    if let known = tolerances.first(where: { name.hasPrefix($0.prefix) }) { return known.tolerance }
    return type == "counter" ? .between : .near(share: 0, amount: 0)
  }

  /// Whether the reference exporter's value lies between ours of a moment before and a moment
  /// after.
  private static func fits(
    _ value: Double, _ before: Double, _ after: Double, _ tolerance: Tolerance
  ) -> Bool {
    let (least, greatest) = (min(before, after), max(before, after))
    // The reference exporter multiplies where we divide, which changes the last digit.
    let rounding = 1e-12 * max(abs(least), abs(greatest), abs(value))
    switch tolerance {
    case .skipped: return true
    case .between: return before - rounding <= value && value <= after + rounding
    case .near(0, 0): return abs(value - before) <= rounding || abs(value - after) <= rounding
    case .near(let share, let amount):
      let slack = share * greatest.magnitude + amount + rounding
      return least - slack <= value && value <= greatest + slack
    }
  }

  @Test func everyValueIsThatOfNodeExporterAtTheSameMoment() async throws {
    let exporter = try await Daemon.exporter()
    let port = try FreePort.next()
    let reference = try ChildProcess.start(
      "prometheus-node-exporter",
      [
        "--web.listen-address=127.0.0.1:\(port)",
        // node_exporter 1.5 does not exclude zram devices.
        #"--collector.diskstats.device-exclude=^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"#,
      ])
    try await reference.waitUntilAccepting(port: port)
    func scrape(_ port: Int) async throws -> ExpositionText {
      ExpositionText(try await HTTP.get("http://127.0.0.1:\(port)/metrics").text)
    }
    // The first scrape of each fills its caches.
    _ = try await (scrape(exporter.port), scrape(port))
    // Mounts and connections come and go: only a difference in three rounds in a row counts.
    var differences: Set<String>?
    for _ in 0..<3 where differences?.isEmpty != true {
      let before = try await scrape(exporter.port)
      let theirs = try await scrape(port)
      let after = try await scrape(exporter.port)
      let found = Set(Self.differences(before, theirs, after))
      differences = differences.map { $0.intersection(found) } ?? found
    }
    #expect(differences?.sorted() == [])
  }

  /// The series of the reference exporter that we lack, or whose values contradict ours.
  private static func differences(
    _ before: ExpositionText, _ theirs: ExpositionText, _ after: ExpositionText
  ) -> [String] {
    let first = values(before)
    let second = values(after)
    var compared = 0
    var found: [String] = []
    for sample in theirs.samples where sample.name.hasPrefix("node_") {
      if let collector = sample.labels["collector"], otherCollectors.contains(collector) {
        continue
      }
      let tolerance = tolerance(of: sample.name, theirs.types[sample.name])
      if case .skipped = tolerance { continue }
      let series = Series(sample)
      guard let one = first[series], let other = second[series] else {
        found.append("\(sample.name) \(sample.labels.sorted { $0.key < $1.key }): absent")
        continue
      }
      compared += 1
      // The same text in every round, so that lasting differences can be intersected.
      if !fits(sample.number, one, other, tolerance) {
        found.append("\(sample.name) \(sample.labels.sorted { $0.key < $1.key }) differs")
      }
    }
    if compared < 300 { found.append("only \(compared) series were compared") }
    return found
  }

  @Test func prometheusChoosesCollectorsAndLeavesThemOut() async throws {
    let exporter = try await Daemon.exporter()
    let folder = try TemporaryDirectory(prefix: "tocsin-collect")
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s}
      scrape_configs:
        - job_name: chosen
          params: {"collect[]": [loadavg, meminfo]}
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
        - job_name: rest
          params: {"exclude[]": [loadavg, process]}
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
        - job_name: refused
          params: {"collect[]": [nosuch]}
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
        - job_name: both
          params: {"collect[]": [loadavg], "exclude[]": [meminfo]}
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
      """, to: "prometheus.yml")
    let reference = try await Daemon.prometheus(
      configuration: configuration, storage: folder.file("data"))
    try await reference.waitFor(#"up{job="chosen"}"#, equals: 1)
    try await reference.waitFor(#"up{job="rest"}"#, equals: 1)
    try await reference.waitFor(#"up{job="refused"}"#, equals: 0)
    try await reference.waitFor(#"up{job="both"}"#, equals: 0)
    for (query, count) in [
      (#"count(node_load1{job="chosen"})"#, 1.0),
      (#"count(node_memory_MemTotal_bytes{job="chosen"})"#, 1),
      (#"count(node_scrape_collector_success{job="chosen"})"#, 2),
      (#"count(node_memory_MemTotal_bytes{job="rest"})"#, 1),
    ] {
      try await reference.waitFor(query, equals: count)
    }
    for name in [
      #"node_cpu_seconds_total{job="chosen"}"#, #"namedprocess_namegroup_num_procs{job="chosen"}"#,
      #"node_load1{job="rest"}"#, #"namedprocess_namegroup_num_procs{job="rest"}"#,
    ] {
      #expect(try await reference.query(name).isEmpty, "\(name)")
    }
  }
}
