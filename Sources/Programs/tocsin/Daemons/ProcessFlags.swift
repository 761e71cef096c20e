import ArgumentParser
import ExporterConfiguration
import YAMLDecoding
import ExporterService
import MetricModel
import ProcessCollectors

/// The flags for process groups; they override the configuration file.
struct ProcessFlags: ParsableArguments {
  @Option(
    name: .customLong("process.config-file"),
    help: "Groups of processes, in process-exporter's format.")
  var file: String?

  @Flag(
    name: .customLong("process.threads"), inversion: .prefixedNo,
    help: "Read threads: metrics by thread name, states of all threads (default: on).")
  var threads: Bool?

  @Flag(
    name: .customLong("process.smaps"), inversion: .prefixedNo,
    help: "Show memory by shares, sampled from smaps_rollup (default: off).")
  var smaps: Bool?

  @Flag(
    name: .customLong("process.children"), inversion: .prefixedNo,
    help: "Children without a group of their own belong to that of their parent (default: on).")
  var children: Bool?

  @Flag(
    name: .customLong("process.recheck"), inversion: .prefixedNo,
    help: "Name processes again in every scrape (default: off).")
  var recheck: Bool?

  @Option(
    name: .customLong("process.recheck-time-limit"),
    help: "Name processes again in every scrape while they are younger than this, such as 30s.")
  var recheckLimit: String?

  @Flag(
    name: .customLong("process.remove-empty-groups"), inversion: .prefixedNo,
    help: "A group ends with its last process (default: if nobody named it).")
  var removeEmptyGroups: Bool?

  func apply(to configuration: inout ExporterConfiguration) throws {
    if let file { configuration.processNamingFile = file }
    if let threads { configuration.processes.options.readsThreads = threads }
    if let smaps { configuration.processes.options.readsProportionalMemory = smaps }
    if let children { configuration.processes.options.childrenInherit = children }
    if let recheck { configuration.processes.options.rechecks = recheck }
    if let removeEmptyGroups {
      configuration.processes.options.removesEmptyGroups = removeEmptyGroups
    }
    guard let recheckLimit else { return }
    guard let duration = PrometheusDuration(recheckLimit)?.duration else {
      throw ValidationError("--process.recheck-time-limit: \"\(recheckLimit)\" is no duration")
    }
    configuration.processes.options.recheckLimit = duration
  }
}
