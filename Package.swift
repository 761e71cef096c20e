// swift-tools-version: 6.2

// The module graph. Layers are folders of Sources/, modules are targets, and `uses:` lists what a
// module may import: only modules of lower layers (docs/architecture.md, scripts/check-imports).

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
]

// MARK: - Package products

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: - Kinds of targets

/// A Swift module of a layer: `Sources/<layer>/<name>`.
func module(
  _ layer: String, _ name: String, uses: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: uses, path: "Sources/\(layer)/\(name)", resources: resources,
    swiftSettings: settings)
}

/// The module map of a C library. Without pkg-config, which a fresh machine does not have: the
/// headers are found by their paths.
func systemLibrary(_ name: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/Edge/\(name)", providers: [.apt([apt])])
}

/// An executable: `Sources/Programs/<name>`.
func executable(_ name: String, uses: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: uses, path: "Sources/Programs/\(name)", swiftSettings: settings,
    linkerSettings: [
      // A static standard library asks for the names of all functions, for plug-ins; there are
      // none.
      .unsafeFlags(
        ["-Xlinker", "--no-export-dynamic"],
        .when(configuration: .release))
    ])
}

/// The tests of one module, `Tests/<module>Tests`: one test file per source file; `data:` names the
/// folders of fixtures, golden files and scripts beside them, which the tests read from the source
/// tree.
func tests(
  _ module: String, uses: [Target.Dependency] = [], data: [String] = []
) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.init(stringLiteral: module), "TestSupport"] + uses,
    path: "Tests/\(module)Tests", exclude: data, swiftSettings: settings)
}

let edge: [Target] = [
  systemLibrary("CLibPQ", apt: "libpq-dev"),
  systemLibrary("CHiredis", apt: "libhiredis-dev"),
  systemLibrary("CMicroHTTPD", apt: "libmicrohttpd-dev"),
  systemLibrary("CGnuTLS", apt: "libgnutls28-dev"),
  systemLibrary("CCrypt", apt: "libcrypt-dev"),
  systemLibrary("CCurl", apt: "libcurl4-openssl-dev"),
  systemLibrary("CZlib", apt: "zlib1g-dev"),
  systemLibrary("CZstd", apt: "libzstd-dev"),
  systemLibrary("CSnappy", apt: "libsnappy-dev"),
  // System calls that Swift's Glibc module leaves out.
  systemLibrary("CLinux", apt: "linux-libc-dev"),
  // RE2 is C++: a small C++ target with a C header, rather than C++ interoperability in every
  // module above.
  .target(
    name: "CRE2", path: "Sources/Edge/CRE2", linkerSettings: [.linkedLibrary("re2")]),
  // Nothing in place of the 31 MB of ICU's data that a static Foundation brings along.
  .target(name: "CICUData", path: "Sources/Edge/CICUData"),
  // Encodings, digests and dates that several modules need, servers and clients among them.
  module("Edge", "Codecs", uses: ["CGnuTLS", "CSnappy"]),
  // The header fields that requests and answers of both directions have.
  module("Edge", "HTTPSyntax"),
  // libc's calls that block: threads of their own, deadlines, name resolution that can be given up.
  module("Edge", "Concurrency", uses: ["CLinux"]),
  // The kernel: system calls that Swift has no names for, and the files of /proc and /sys.
  module("Edge", "SystemAccess", uses: ["CLinux"]),
  module("Edge", "PostgresAccess", uses: ["CLibPQ", "Concurrency"]),
  // The settings of TLS clients, one type for all of them.
  module("Edge", "TransportSecurity"),
  module(
    "Edge", "RedisAccess",
    uses: ["CHiredis", "CGnuTLS", "Concurrency", "TransportSecurity", "Codecs"]),
  module(
    "Edge", "WebServer",
    uses: [
      "CMicroHTTPD", "CGnuTLS", "CCrypt", "CZlib", "CLinux", "Concurrency", "Codecs", "HTTPSyntax",
    ]),
  module(
    "Edge", "WebClient",
    uses: ["Concurrency", "CCurl", "TransportSecurity", "Codecs", "HTTPSyntax"]),
  module("Edge", "Decompression", uses: ["CZlib", "CZstd", "Concurrency"]),
  module("Edge", "PatternMatching", uses: ["CRE2"]),
  module("Edge", "YAMLDecoding", uses: [yams]),
]

let model: [Target] = [
  module("Model", "MetricModel", uses: ["PatternMatching", "Concurrency", "Codecs"]),
  module("Model", "ExpositionFormat", uses: ["MetricModel"]),
  module("Model", "StorageAPI", uses: ["MetricModel"]),
  module("Model", "TextTemplates", uses: ["Codecs", "MetricModel", "PatternMatching"]),
]

let configuration: [Target] = [
  // What all files and both services share: client settings and secrets.
  module(
    "Configuration", "Configuration",
    uses: ["YAMLDecoding", "Concurrency", "TransportSecurity", "WebClient", "MetricModel"])
]

let storage: [Target] = [
  module(
    "Storage", "SQLiteStorage", uses: ["Codecs", "Concurrency", "StorageAPI", "MetricModel", grdb]),
  module(
    "Storage", "SampleStore",
    uses: [
      "Codecs", "Concurrency", "StorageAPI", "MetricModel", "SQLiteStorage", "ExpositionFormat",
    ]),
]

let query: [Target] = [
  module("Query", "PromQLSyntax", uses: ["Codecs", "MetricModel"]),
  module(
    "Query", "PromQLEngine",
    uses: ["Codecs", "PromQLSyntax", "StorageAPI", "MetricModel", "PatternMatching"]),
  // The runner of test scripts: `tocsin test promql` and our own tests share it.
  module(
    "Query", "QueryScripts",
    uses: ["PromQLEngine", "PromQLSyntax", "StorageAPI", "MetricModel", "PatternMatching"]),
]

let collection: [Target] = [
  module(
    "Collection", "CollectorCore",
    uses: ["SystemAccess", "Concurrency", "MetricModel", "ExpositionFormat", logging]),
  module(
    "Collection", "SystemCollectors",
    uses: [
      "SystemAccess", "Concurrency", "CollectorCore", "ExpositionFormat", "MetricModel",
      "PatternMatching",
    ]),
  module(
    "Collection", "ProcessCollectors",
    uses: ["SystemAccess", "CollectorCore", "MetricModel", "PatternMatching", "ExpositionFormat"]),
  module(
    "Collection", "PostgresCollectors",
    uses: [
      "Codecs", "CollectorCore", "Concurrency", "MetricModel", "PostgresAccess", "ExpositionFormat",
    ]),
  module(
    "Collection", "RedisCollectors",
    uses: ["CollectorCore", "ExpositionFormat", "MetricModel", "RedisAccess"]),
  module(
    "Collection", "ProbeCollectors",
    uses: [
      "CollectorCore", "MetricModel", "WebClient", "PatternMatching", "Concurrency",
      "Configuration", "TransportSecurity", "Codecs", "ExpositionFormat",
    ]),
]

let alerting: [Target] = [
  module(
    "Alerting", "AlertRules",
    uses: [
      "Concurrency", "PromQLEngine", "PromQLSyntax", "StorageAPI", "MetricModel", logging, "Codecs",
      "ExpositionFormat",
    ]),
  module(
    "Alerting", "AlertRouting",
    uses: [
      "Codecs", "StorageAPI", "MetricModel", "PatternMatching", deque, logging, "ExpositionFormat",
      "Concurrency", heap,
    ]),
  module(
    "Alerting", "AlertIntegrations",
    uses: [
      "Configuration", "TransportSecurity", "AlertRouting", "StorageAPI", "MetricModel",
      "TextTemplates", "PatternMatching", "WebClient", logging, "Codecs", "YAMLDecoding",
      "ExpositionFormat",
    ]),
]

let ingestion: [Target] = [
  module(
    "Ingestion", "Scraping",
    uses: [
      "Configuration", "Concurrency", "WebClient", "ExpositionFormat", "StorageAPI", "MetricModel",
      "PatternMatching", logging, "Codecs",
    ]),
  module(
    "Ingestion", "RemoteWrite",
    uses: [
      "Concurrency", "Configuration", "WebServer", "WebClient", "Scraping", "SQLiteStorage",
      "StorageAPI", "MetricModel", "ExpositionFormat", logging, "Codecs",
    ]),
]

let http: [Target] = [
  // The file of --web.config.file, which both daemons take.
  module(
    "HTTP", "WebSecurity",
    uses: ["Configuration", "YAMLDecoding", "WebServer", logging, "ExpositionFormat"]),
  module("HTTP", "WebInterface", resources: [.embedInCode("Pages")]),
  module(
    "HTTP", "HTTPAPI",
    uses: [
      "Codecs", "Concurrency", "WebServer", "ExpositionFormat", "PromQLEngine", "PromQLSyntax",
      "AlertRules", "AlertRouting", "StorageAPI", "MetricModel", "PatternMatching", "SampleStore",
      "Scraping",
    ]),
]

let services: [Target] = [
  // The files and variables of an exporter, as the daemon and `tocsin check` read them.
  module(
    "Services", "ExporterConfiguration",
    uses: [
      "SystemAccess",
      "YAMLDecoding", "Configuration", "TransportSecurity", "CollectorCore", "SystemCollectors",
      "ProcessCollectors", "PostgresCollectors", "ProbeCollectors", "PostgresAccess", "RedisAccess",
      "MetricModel", "Codecs",
    ]),
  module(
    "Services", "ExporterService",
    uses: [
      "SystemAccess",
      "ExporterConfiguration", "YAMLDecoding", "Configuration", "WebServer", "WebSecurity",
      "CollectorCore", "SystemCollectors", "ProcessCollectors", "PostgresCollectors",
      "RedisCollectors", "ProbeCollectors", "PostgresAccess", "RedisAccess", "Decompression",
      "MetricModel", serviceLifecycle, logging, "ExpositionFormat",
    ]),
  // The files of an evaluator, as the daemon and `tocsin check` read them.
  module(
    "Services", "EvaluatorConfiguration",
    uses: [
      "YAMLDecoding", "Configuration", "WebClient", "Scraping", "RemoteWrite", "PromQLSyntax",
      "AlertRules", "AlertRouting", "AlertIntegrations", "TextTemplates", "MetricModel",
      "PatternMatching",
    ]),
  module(
    "Services", "EvaluatorService",
    uses: [
      "SystemAccess",
      "Concurrency", "Configuration", "EvaluatorConfiguration", "YAMLDecoding", "HTTPAPI",
      "WebInterface", "WebServer", "WebSecurity", "WebClient", "Scraping", "RemoteWrite",
      "SampleStore", "SQLiteStorage", "StorageAPI", "MetricModel", "PromQLEngine", "QueryScripts",
      "AlertRules", "AlertRouting", "AlertIntegrations", "CollectorCore", serviceLifecycle, logging,
      "ExpositionFormat",
    ]),
]

let programs: [Target] = [
  executable(
    "tocsin",
    uses: [
      "CICUData", "ExporterService", "ExporterConfiguration", "EvaluatorService",
      "EvaluatorConfiguration",
      "RemoteWrite", "WebClient", "YAMLDecoding", "Configuration", "AlertRules", "AlertRouting",
      "MetricModel", "ProcessCollectors", "PatternMatching", "WebServer", "WebSecurity",
      "QueryScripts", "PromQLEngine", "PromQLSyntax", "StorageAPI", "SampleStore", "SQLiteStorage",
      "ExpositionFormat", argumentParser, logging, serviceLifecycle, unixSignals, "Codecs",
    ]),
  executable(
    "tocsin-bench",
    uses: [
      "SystemAccess",
      "MetricModel", "ExpositionFormat", "StorageAPI", "SampleStore", "SQLiteStorage",
      "PromQLSyntax", "PromQLEngine", "AlertRules", "CollectorCore", "SystemCollectors",
      "ProcessCollectors",
      argumentParser,
    ]),
]

let tested: [Target] = [
  .testTarget(
    name: "EndToEndTests",
    dependencies: [
      "tocsin", "TestSupport", "Codecs", "WebClient", "WebServer", "ExpositionFormat",
      "MetricModel", "RemoteWrite", "TransportSecurity",
    ],
    path: "Tests/EndToEndTests", exclude: ["Fixtures"], swiftSettings: settings),
  .target(
    name: "TestSupport", dependencies: ["Concurrency", "MetricModel", "StorageAPI"],
    path: "Tests/TestSupport", swiftSettings: settings),
  tests(
    "AlertRules", uses: ["PromQLEngine", "StorageAPI", "MetricModel", logging, "PromQLSyntax"]),
  tests("AlertRouting", uses: ["Codecs", "StorageAPI", "MetricModel", logging, "Concurrency"]),
  tests(
    "AlertIntegrations",
    uses: [
      "Configuration", "AlertRouting", "WebClient", "StorageAPI", "MetricModel", "YAMLDecoding",
    ],
    data: ["Golden"]),
  tests("WebSecurity", uses: ["YAMLDecoding", "WebServer", logging]),
  tests("Codecs"),
  tests("HTTPSyntax"),
  tests("WebServer", uses: ["WebClient", "TransportSecurity"]),
  tests("WebClient", uses: ["TransportSecurity", "WebServer"], data: ["Fixtures"]),
  tests(
    "ExporterService",
    uses: [
      "ExporterConfiguration", "CollectorCore", "Configuration", "YAMLDecoding", "MetricModel",
      "PostgresAccess", "PostgresCollectors", "WebServer", logging, "ExpositionFormat",
    ]),
  tests(
    "ExporterConfiguration",
    uses: [
      "Configuration", "TransportSecurity", "YAMLDecoding", "MetricModel", "PostgresAccess",
      "PostgresCollectors", "ProbeCollectors", "RedisAccess",
    ]),
  tests("MetricModel", uses: ["Codecs"]),
  tests("CollectorCore", uses: ["SystemAccess", "ExpositionFormat"]),
  tests(
    "SystemCollectors",
    uses: ["SystemAccess", "CollectorCore", "Concurrency", "MetricModel", "ExpositionFormat"],
    data: ["Fixtures", "Golden"]),
  tests(
    "ProcessCollectors",
    uses: ["SystemAccess", "CollectorCore", "MetricModel", "ExpositionFormat"],
    data: ["Fixtures", "Golden"]),
  tests(
    "ProbeCollectors",
    uses: [
      "CollectorCore", "Concurrency", "Configuration", "TransportSecurity", "MetricModel",
      "PatternMatching",
      "WebClient", "WebServer",
    ]),
  tests("PatternMatching"),
  tests("YAMLDecoding"),
  tests("Configuration", uses: ["YAMLDecoding", "TransportSecurity", "WebClient"]),
  tests("TextTemplates", uses: ["MetricModel", "Codecs"], data: ["Golden"]),
  tests("PromQLSyntax", uses: ["MetricModel"]),
  tests("PromQLEngine", uses: ["MetricModel", "StorageAPI", "PromQLSyntax", "QueryScripts"]),
  tests(
    "QueryScripts", uses: ["PromQLEngine", "PromQLSyntax", "MetricModel"], data: ["Scripts"]),
  tests("ExpositionFormat", uses: ["MetricModel"], data: ["Corpus"]),
  tests("Concurrency"),
  tests("SystemAccess"),
  tests("Decompression"),
  tests("PostgresAccess", uses: ["Concurrency"]),
  tests("RedisAccess", uses: ["Concurrency", "TransportSecurity"]),
  tests(
    "PostgresCollectors",
    uses: ["CollectorCore", "Concurrency", "MetricModel", "PostgresAccess", "ExpositionFormat"]),
  tests(
    "RedisCollectors", uses: ["CollectorCore", "RedisAccess", "ExpositionFormat", "Concurrency"],
    data: ["Fixtures"]),
  tests(
    "Scraping",
    uses: [
      "Concurrency", "Configuration", "ExpositionFormat", "StorageAPI", "MetricModel", "WebServer",
      "WebClient", logging,
    ]),
  tests(
    "RemoteWrite",
    uses: ["Codecs", "WebServer", "WebClient", "SQLiteStorage", "StorageAPI", "MetricModel"],
    data: ["Corpus"]),
  tests("SQLiteStorage", uses: ["StorageAPI", "MetricModel", grdb]),
  tests("SampleStore", uses: ["SQLiteStorage", "StorageAPI", "MetricModel", "Codecs"]),
  tests(
    "EvaluatorService",
    uses: [
      "YAMLDecoding", "AlertIntegrations", "AlertRouting", "AlertRules", "CollectorCore",
      "ExpositionFormat", "HTTPAPI", "MetricModel", "RemoteWrite", "SQLiteStorage", "SampleStore",
      "Scraping", "StorageAPI", "WebSecurity", "WebServer", logging,
    ], data: ["Golden"]),
  tests(
    "EvaluatorConfiguration",
    uses: [
      "YAMLDecoding", "Configuration", "TransportSecurity", "WebClient", "Scraping", "AlertRules",
      "AlertIntegrations", "AlertRouting", "MetricModel",
    ]),
  tests(
    "HTTPAPI",
    uses: [
      "Codecs", "WebServer", "WebClient", "PromQLEngine", "AlertRules", "AlertRouting",
      "StorageAPI", "MetricModel", "Scraping", "Concurrency",
    ]),
  tests("WebInterface"),
]

let package = Package(
  name: "tocsin",
  products: [
    .executable(name: "tocsin", targets: ["tocsin"]),
    .executable(name: "tocsin-bench", targets: ["tocsin-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: edge + model + configuration + storage + query + collection + ingestion + alerting + http
    + services + programs + tested,
  cxxLanguageStandard: .cxx17
)
