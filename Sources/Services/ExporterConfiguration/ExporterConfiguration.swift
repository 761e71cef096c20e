package import Configuration
package import ProbeCollectors
package import TransportSecurity

/// The configuration of `tocsin exporter` from its file and its environment.
///
/// Every setting has a default: without a file the host, its processes and the servers named in the
/// environment are monitored.
package struct ExporterConfiguration: Sendable {
  /// A server to connect to; its secrets are read only when they are needed.
  package struct Server: Sendable, Equatable {
    /// A connection string, which may hold a password; it is never shown.
    package var connection: Secret
    /// A password outside of the connection string.
    package var password: Secret?
    /// Where the server is named, for messages: the file or the environment variable.
    package var origin: String
    /// The TLS settings of a Redis server; they require an address with `rediss://`.
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
  /// The settings that all Postgres servers share.
  package var postgresOptions = PostgresOptions()
  /// Redis servers.
  package var redis: [Server] = []
  /// The probed URLs and ports.
  package var probes: [ProbeTarget] = []
  /// A process-exporter file with process groups; nil if there is none.
  package var processNamingFile: String?
  /// The section `processes`.
  package var processes = Processes()
  /// Collectors that are enabled although they are off by default.
  package var enabledCollectors: Set<String> = []
  /// Collectors that are disabled although they are on by default.
  package var disabledCollectors: Set<String> = []
  /// Whether collectors run that are on by default.
  package var runsDefaults = true
  /// Options of the system collectors.
  package var systemOptions: [SystemSetting] = []
  /// The mount points of /proc, /sys and / of the monitored machine.
  package var paths = Paths()

  /// The roots of the files that collectors read, so that a container can monitor its host.
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
