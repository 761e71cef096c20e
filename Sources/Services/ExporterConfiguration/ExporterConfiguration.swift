package import Configuration
package import ProbeCollectors
package import TransportSecurity

/// What `tocsin exporter` is told by its file and its environment.
///
/// Everything has a default: without a file the host, its processes and the servers named in the environment are monitored.
package struct ExporterConfiguration: Sendable {
  /// A server to connect to, with its secrets still where they are kept.
  package struct Server: Sendable, Equatable {
    /// A connection string, which may hold a password; it is never shown.
    package var connection: Secret
    /// A password that stands outside of the connection string.
    package var password: Secret?
    /// Where the server was named, for messages: the file, or the environment variable.
    package var origin: String
    /// How a Redis server behind TLS is trusted, where its address does not say it.
    package var tls: TLSConfiguration?

    package init(
      connection: Secret, password: Secret? = nil, origin: String, tls: TLSConfiguration? = nil
    ) {
      self.connection = connection
      self.password = password
      self.origin = origin
      self.tls = tls
    }
  }

  /// Postgres servers.
  package var postgres: [Server] = []
  /// Files with custom queries, which run on every Postgres server.
  package var queryFiles: [CustomQueriesFile.Reference] = []
  /// How Postgres servers are looked at.
  package var postgresOptions = PostgresOptions()
  /// Redis servers.
  package var redis: [Server] = []
  /// What is probed from outside: URLs and ports.
  package var probes: [ProbeTarget] = []
  /// A process-exporter file with the groups of processes; nil if there is none.
  package var processNamingFile: String?
  /// What is said of processes besides.
  package var processes = Processes()
  /// Collectors that are on although they are off by default.
  package var enabledCollectors: Set<String> = []
  /// Collectors that are off although they are on by default.
  package var disabledCollectors: Set<String> = []
  /// Whether collectors run that nobody turned on by name.
  package var runsDefaults = true
  /// Options of the system collectors.
  package var systemOptions: [SystemSetting] = []
  /// Where /proc, /sys and / of the machine to be watched are mounted.
  package var paths = Paths()

  /// The roots of the files that are read, so that a container can watch its host.
  package struct Paths: Sendable, Equatable {
    package var proc = "/proc"
    package var sys = "/sys"
    package var root = "/"
    package var udev = "/run/udev/data"
  }

  /// An option of a system collector, under node_exporter's name without `--collector.`.
  package struct SystemSetting: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package init() {}
}
