package import SystemAccess
import CollectorCore
package import Concurrency
package import PatternMatching

/// The context of the system collectors: the paths of the kernel's files and the selection of
/// metrics.
package struct SystemContext: Sendable {
  /// The paths of the kernel's files.
  package var proc: ProcRoot
  /// The patterns that select names.
  package var patterns: SystemPatterns
  /// How long to wait for a mount before it counts as stuck.
  package var mountTimeout: Duration = .seconds(5)
  /// The threads of calls that may hang.
  package var blockingCalls: BlockingCallPool
  /// Whether guest time is exposed for each processor.
  package var showsGuestTime = true
  /// Whether the model and clock rate of each processor are exposed.
  package var showsProcessorInformation = false
  /// Whether addresses of network devices are exposed.
  package var showsNetworkAddresses = false
  /// Whether traffic is also exposed with names that distinguish kinds of errors.
  package var detailsNetworkTraffic = false
  /// Whether traffic has the alias of its device as a label.
  package var labelsNetworkAliases = false
  /// Labels of the load balancer's backends, in their order; backends with the same labels are
  /// summed.
  package var backendLabels = IPVSBackends.allLabels
  /// Whether the speed of a network device is left out if it is unknown, rather than -1 Mbit/s.
  package var ignoresInvalidSpeed = false
  /// Whether interrupts with a count of zero are exposed.
  package var showsZeroInterrupts = true
  /// Whether `stat` exposes soft interrupts by kind.
  package var showsSoftInterrupts = false
  /// Whether energy zones become a label instead of a part of the metric name.
  package var labelsEnergyZones = false
  /// Directories, or patterns with `*` and `?`, with metrics in files that end in `.prom`.
  package var textfileDirectories: [String] = []
  /// The maximum age of textfile metrics; nil for no limit.
  package var textfileMaximumAge: Duration?
  /// Kernel parameters exposed as numbers: `kernel.pid_max`, or
  /// `net.ipv4.tcp_rmem:min,default,max`.
  package var kernelParameters: [String] = []
  /// Kernel parameters exposed as text.
  package var kernelParameterTexts: [String] = []

  /// Makes the context with node_exporter's defaults.
  package init(
    proc: ProcRoot = ProcRoot(), blockingCalls: BlockingCallPool = mountCalls()
  ) throws(PatternError) {
    self.proc = proc
    self.blockingCalls = blockingCalls
    patterns = try SystemPatterns()
  }

  /// The threads that read the usage of mounted file systems.
  package static func mountCalls(threadLimit: Int = 8) -> BlockingCallPool {
    BlockingCallPool(name: "mounts", threadLimit: threadLimit)
  }
}
