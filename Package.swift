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
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
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
    name: name, dependencies: uses, path: "Sources/Programs/\(name)", swiftSettings: settings)
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
  // System calls that Swift's Glibc module leaves out.
  systemLibrary("CLinux", apt: "linux-libc-dev"),
  // RE2 is C++: a small C++ target with a C header, rather than C++ interoperability in every module
  // above.
  .target(
    name: "CRE2", path: "Sources/Edge/CRE2", linkerSettings: [.linkedLibrary("re2")]),
  // libc's calls that block: threads of their own, deadlines, name resolution that can be given up.
  module("Edge", "BlockingCalls", uses: ["CLinux"]),
  module("Edge", "PostgresAccess", uses: ["CLibPQ", "BlockingCalls"]),
  module("Edge", "RedisAccess", uses: ["CHiredis", "CGnuTLS", "BlockingCalls"]),
  module(
    "Edge", "WebServer",
    uses: ["CMicroHTTPD", "CGnuTLS", "CCrypt", "CZlib", "CLinux", "BlockingCalls"]),
  module("Edge", "WebClient", uses: ["CCurl"]),
  module("Edge", "Decompression", uses: ["CZlib", "CZstd", "BlockingCalls"]),
  module("Edge", "PatternMatching", uses: ["CRE2"]),
  module("Edge", "YAMLDecoding", uses: [yams]),
]

let model: [Target] = [
  module("Model", "MetricModel", uses: ["PatternMatching"]),
  module("Model", "ExpositionFormat", uses: ["MetricModel"]),
  module("Model", "StorageAPI", uses: ["MetricModel"]),
  module("Model", "TextTemplates", uses: ["MetricModel", "PatternMatching"]),
]

let storage: [Target] = [
  module("Storage", "SQLiteStorage", uses: ["StorageAPI", "MetricModel", grdb]),
  module("Storage", "SampleStore", uses: ["StorageAPI", "MetricModel", "SQLiteStorage"]),
]

let query: [Target] = [
  module("Query", "PromQLSyntax", uses: ["MetricModel"]),
  module(
    "Query", "PromQLEngine",
    uses: ["PromQLSyntax", "StorageAPI", "MetricModel", "PatternMatching"]),
  // The runner of test scripts: `tocsin test promql` and our own tests share it.
  module(
    "Query", "QueryScripts",
    uses: ["PromQLEngine", "PromQLSyntax", "StorageAPI", "MetricModel", "PatternMatching"]),
]

let collection: [Target] = [
  module(
    "Collection", "CollectorCore", uses: ["CLinux", "MetricModel", "ExpositionFormat", logging]),
  module(
    "Collection", "SystemCollectors",
    uses: ["CollectorCore", "ExpositionFormat", "MetricModel", "PatternMatching"]),
  module(
    "Collection", "ProcessCollectors", uses: ["CollectorCore", "MetricModel", "PatternMatching"]),
  module(
    "Collection", "PostgresCollectors",
    uses: ["CollectorCore", "MetricModel", "PostgresAccess"]),
  module(
    "Collection", "RedisCollectors",
    uses: ["CollectorCore", "MetricModel", "RedisAccess"]),
  module(
    "Collection", "ProbeCollectors",
    uses: ["CollectorCore", "MetricModel", "WebClient", "PatternMatching", "BlockingCalls"]),
]

let alerting: [Target] = [
  module(
    "Alerting", "AlertRules",
    uses: ["PromQLEngine", "PromQLSyntax", "StorageAPI", "MetricModel", logging]),
  module(
    "Alerting", "AlertRouting",
    uses: ["StorageAPI", "MetricModel", "PatternMatching", logging]),
  module(
    "Alerting", "AlertIntegrations",
    uses: [
      "AlertRouting", "StorageAPI", "MetricModel", "TextTemplates", "PatternMatching", "WebClient",
      logging,
    ]),
]

let ingestion: [Target] = [
  module(
    "Ingestion", "Scraping",
    uses: [
      "BlockingCalls", "WebClient", "ExpositionFormat", "StorageAPI", "MetricModel",
      "PatternMatching", logging,
    ]),
  module(
    "Ingestion", "RemoteWrite",
    uses: [
      "WebServer", "WebClient", "Scraping", "SQLiteStorage", "StorageAPI", "MetricModel",
      "ExpositionFormat", logging,
    ]),
]

let http: [Target] = [
  // The file of --web.config.file, which both daemons take.
  module("HTTP", "WebSecurity", uses: ["YAMLDecoding", "WebServer", logging]),
  module("HTTP", "WebInterface", resources: [.embedInCode("Pages")]),
  module(
    "HTTP", "HTTPAPI",
    uses: [
      "WebServer", "ExpositionFormat", "PromQLEngine", "PromQLSyntax", "AlertRules",
      "AlertRouting", "StorageAPI", "MetricModel", "PatternMatching",
    ]),
]

let services: [Target] = [
  module(
    "Services", "ExporterService",
    uses: [
      "YAMLDecoding", "WebServer", "WebSecurity", "CollectorCore", "MetricModel",
      "SystemCollectors",
      "ProcessCollectors", "PostgresCollectors", "RedisCollectors", "ProbeCollectors",
      "PostgresAccess", "RedisAccess", "Decompression", serviceLifecycle, logging,
    ]),
  module(
    "Services", "EvaluatorService",
    uses: [
      "YAMLDecoding", "HTTPAPI", "WebInterface", "WebServer", "WebSecurity", "WebClient",
      "Scraping",
      "RemoteWrite", "SampleStore", "SQLiteStorage", "StorageAPI", "MetricModel",
      "PatternMatching", "TextTemplates", "PromQLEngine", "PromQLSyntax", "AlertRules",
      "QueryScripts", "AlertRouting", "AlertIntegrations", "CollectorCore", serviceLifecycle,
      logging,
    ]),
]

let programs: [Target] = [
  executable(
    "tocsin",
    uses: [
      "ExporterService", "EvaluatorService", "RemoteWrite", "WebClient", "YAMLDecoding",
      "AlertRules", "AlertRouting", "MetricModel", "ProcessCollectors", "PatternMatching",
      "WebServer", "WebSecurity",
      "QueryScripts", "PromQLEngine", "PromQLSyntax", "StorageAPI", "SampleStore",
      "SQLiteStorage", "ExpositionFormat", argumentParser, logging, serviceLifecycle,
      unixSignals,
    ]),
  executable(
    "tocsin-bench",
    uses: [
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
      "tocsin", "TestSupport", "WebClient", "WebServer", "ExpositionFormat", "MetricModel",
      "RemoteWrite",
    ],
    path: "Tests/EndToEndTests", exclude: ["Fixtures"], swiftSettings: settings),
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
  tests("AlertRules", uses: ["PromQLEngine", "StorageAPI", "MetricModel", logging]),
  tests("AlertRouting", uses: ["StorageAPI", "MetricModel", logging]),
  tests(
    "AlertIntegrations", uses: ["AlertRouting", "WebClient", "StorageAPI", "MetricModel"],
    data: ["Golden"]),
  tests("WebSecurity", uses: ["YAMLDecoding", "WebServer", logging]),
  tests("WebServer", uses: ["WebClient"]),
  tests("WebClient", uses: ["WebServer"], data: ["Fixtures"]),
  tests(
    "ExporterService",
    uses: [
      "CollectorCore", "YAMLDecoding", "MetricModel", "PostgresAccess", "PostgresCollectors",
      "ProbeCollectors", "RedisAccess", "WebServer", logging,
    ]),
  tests("MetricModel"),
  tests("CollectorCore", uses: ["MetricModel"]),
  tests("SystemCollectors", uses: ["CollectorCore", "MetricModel"], data: ["Fixtures", "Golden"]),
  tests(
    "ProcessCollectors", uses: ["CollectorCore", "MetricModel"], data: ["Fixtures", "Golden"]),
  tests(
    "ProbeCollectors",
    uses: ["CollectorCore", "MetricModel", "PatternMatching", "WebClient", "WebServer"]),
  tests("PatternMatching"),
  tests("YAMLDecoding"),
  tests("TextTemplates", uses: ["MetricModel"], data: ["Golden"]),
  tests("PromQLSyntax", uses: ["MetricModel"]),
  tests("PromQLEngine", uses: ["MetricModel", "StorageAPI", "PromQLSyntax", "QueryScripts"]),
  tests(
    "QueryScripts", uses: ["PromQLEngine", "PromQLSyntax", "MetricModel"], data: ["Scripts"]),
  tests("ExpositionFormat", uses: ["MetricModel"], data: ["Corpus"]),
  tests("BlockingCalls"),
  tests("Decompression"),
  tests("PostgresAccess", uses: ["BlockingCalls"]),
  tests("RedisAccess", uses: ["BlockingCalls"]),
  tests("PostgresCollectors", uses: ["CollectorCore", "MetricModel", "PostgresAccess"]),
  tests("RedisCollectors", uses: ["CollectorCore", "RedisAccess"], data: ["Fixtures"]),
  tests(
    "Scraping",
    uses: [
      "BlockingCalls",
      "ExpositionFormat", "StorageAPI", "MetricModel", "WebServer", "WebClient", logging,
    ]),
  tests(
    "RemoteWrite",
    uses: [
      "WebServer", "WebClient", "Scraping", "SQLiteStorage", "StorageAPI", "MetricModel",
    ], data: ["Corpus"]),
  tests("SQLiteStorage", uses: ["StorageAPI", "MetricModel", grdb]),
  tests("SampleStore", uses: ["SQLiteStorage", "StorageAPI", "MetricModel"]),
  tests(
    "EvaluatorService",
    uses: [
      "YAMLDecoding", "MetricModel", "Scraping", "AlertRules", "AlertRouting", "WebClient",
    ]),
  tests(
    "HTTPAPI",
    uses: [
      "WebServer", "WebClient", "PromQLEngine", "AlertRules", "AlertRouting", "StorageAPI",
      "MetricModel",
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
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: edge + model + storage + query + collection + ingestion + alerting + http + services
    + programs + tested,
  cxxLanguageStandard: .cxx17
)
