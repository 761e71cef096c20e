import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Fibre Channel host adapters, from /sys/class/fc_host.
struct FibreChannelCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let labels = [
    "dev_loss_tmo", "fabric_name", "fc_host", "port_id", "port_name", "port_state", "port_type",
    "speed", "supported_classes", "supported_speeds", "symbolic_name",
  ]
  /// Labels whose files begin with `0x`, which is left out.
  private static let numbers: Set = ["fabric_name", "port_id", "port_name"]

  private static let place = "class/fc_host"

  private typealias Column = (file: String, name: String, help: String)
  private static let counters: [Column] = [
    ("dumped_frames", "dumped_frames", "Frames lost by the host for want of buffers."),
    ("error_frames", "error_frames", "Frames received with errors."),
    ("fcp_packet_aborts", "fcp_packet_aborts", "FCP packets given up."),
    ("invalid_crc_count", "invalid_crc", "Frames with a wrong checksum."),
    ("invalid_tx_word_count", "invalid_tx_words", "Invalid words sent."),
    ("link_failure_count", "link_failure", "Failures of the link."),
    ("loss_of_signal_count", "loss_of_signal", "Times the signal was lost."),
    ("loss_of_sync_count", "loss_of_sync", "Times the synchronisation was lost."),
    ("nos_count", "nos", "Not-operational sequences received."),
    ("rx_frames", "rx_frames", "Frames received."),
    ("rx_words", "rx_words", "Words received."),
    (
      "seconds_since_last_reset", "seconds_since_last_reset",
      "Seconds since the statistics were reset."
    ),
    ("tx_frames", "tx_frames", "Frames sent."),
    ("tx_words", "tx_words", "Words sent."),
  ]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    let info = buffer.family(
      "node_fibrechannel_info", .gauge, "The adapter's names and state; the value is always 1.",
      labels: Self.labels)
    let families = Self.counters.map {
      buffer.family("node_fibrechannel_\($0.name)_total", .counter, $0.help, labels: ["fc_host"])
    }
    for host in list.names {
      buffer.beginSample()
      for label in Self.labels { addLabel(label, host, to: &buffer) }
      buffer.endSample(1, to: info)
      for (counter, family) in zip(Self.counters, families) {
        guard files.reads(Self.place, host, "statistics", counter.file) else { continue }
        let text = files.text
        guard text.starts(with: "0x"),
          let value = text.extracting(droppingFirst: 2).hexadecimal,
          // All ones: the driver does not provide this count.
          value != .max
        else { continue }
        buffer.add(Double(value), host, to: family)
      }
    }
  }

  private mutating func addLabel(_ name: String, _ host: String, to buffer: inout FamilyBuffer) {
    if name == "fc_host" { return buffer.label(host) }
    guard files.reads(Self.place, host, name) else { return buffer.label("") }
    let text = files.text
    let hasPrefix = Self.numbers.contains(name) && text.starts(with: "0x")
    buffer.label(text.extracting(droppingFirst: hasPrefix ? 2 : 0))
  }
}
