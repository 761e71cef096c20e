// swift-tools-version: 6.2

// The plan of the house. Wings are folders of Sources/, rooms are targets, and `uses:` is the only
// way from one room into another: an arrow may only point down (see CONTRIBUTING.md).

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

// MARK: - Outside libraries

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: - Building blocks

/// A Swift module of a wing: `Sources/<wing>/<name>`.
func room(
  _ wing: String, _ name: String, uses: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: uses, path: "Sources/\(wing)/\(name)", resources: resources,
    swiftSettings: settings)
}

/// A C library behind its module map. Without pkg-config, which a fresh machine does not have: the headers are found by their paths.
func door(_ name: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/Edge/\(name)", providers: [.apt([apt])])
}

/// A program: `Sources/Programs/<name>`.
func program(_ name: String, uses: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: uses, path: "Sources/Programs/\(name)", swiftSettings: settings)
}

/// The tests of one room, `Tests/<room>Tests`: one test file per source file; `data:` names the folders
/// of fixtures, golden files and scripts beside them, which the tests read from the source tree.
func tests(
  _ room: String, uses: [Target.Dependency] = [], data: [String] = []
) -> Target {
  .testTarget(
    name: "\(room)Tests", dependencies: [.init(stringLiteral: room), "TestSupport"] + uses,
    path: "Tests/\(room)Tests", exclude: data, swiftSettings: settings)
}

let edge: [Target] = [
  door("CLibPQ", apt: "libpq-dev"),
  door("CHiredis", apt: "libhiredis-dev"),
  door("CMicroHTTPD", apt: "libmicrohttpd-dev"),
  door("CGnuTLS", apt: "libgnutls28-dev"),
  door("CCrypt", apt: "libcrypt-dev"),
  door("CCurl", apt: "libcurl4-openssl-dev"),
  door("CZlib", apt: "zlib1g-dev"),
  door("CZstd", apt: "libzstd-dev"),
  // System calls that Swift's Glibc module leaves out.
  door("CLinux", apt: "linux-libc-dev"),
  // RE2 is C++: a small C++ target with a C header, rather than C++ interoperability in every room above.
  .target(
    name: "CRE2", path: "Sources/Edge/CRE2", linkerSettings: [.linkedLibrary("re2")]),
  // libc's calls that block: threads of their own, deadlines, name resolution that can be given up.
  room("Edge", "BlockingCalls", uses: ["CLinux"]),
  room("Edge", "PostgresAccess", uses: ["CLibPQ", "BlockingCalls"]),
  room("Edge", "RedisAccess", uses: ["CHiredis", "CGnuTLS", "BlockingCalls"]),
  room(
    "Edge", "WebServer",
    uses: ["CMicroHTTPD", "CGnuTLS", "CCrypt", "CZlib", "CLinux", "BlockingCalls"]),
  room("Edge", "WebClient", uses: ["CCurl"]),
  room("Edge", "Decompression", uses: ["CZlib", "CZstd", "BlockingCalls"]),
  room("Edge", "PatternMatching", uses: ["CRE2"]),
  room("Edge", "ConfigDecoding", uses: [yams]),
]

let model: [Target] = [
  room("Model", "MetricModel", uses: ["PatternMatching"]),
  room("Model", "ExpositionFormat", uses: ["MetricModel"]),
  room("Model", "StorageAPI", uses: ["MetricModel"]),
  room("Model", "TextTemplates", uses: ["MetricModel", "PatternMatching"]),
]

let store: [Target] = [
  room("Store", "StateDatabase", uses: ["StorageAPI", "MetricModel", grdb]),
  room("Store", "SampleStore", uses: ["StorageAPI", "MetricModel", "StateDatabase"]),
]

let query: [Target] = [
  room("Query", "PromQLSyntax", uses: ["MetricModel"]),
  room(
    "Query", "PromQLEngine",
    uses: ["PromQLSyntax", "StorageAPI", "MetricModel", "PatternMatching"]),
  // The runner of test scripts: `tocsin test promql` and our own tests share it.
  room(
    "Query", "QueryScripts",
    uses: ["PromQLEngine", "PromQLSyntax", "StorageAPI", "MetricModel", "PatternMatching"]),
]

let collect: [Target] = [
  room("Collect", "CollectorCore", uses: ["CLinux", "MetricModel", "ExpositionFormat", logging]),
  room(
    "Collect", "SystemCollectors",
    uses: ["CollectorCore", "ExpositionFormat", "MetricModel", "PatternMatching"]),
  room("Collect", "ProcessCollectors", uses: ["CollectorCore", "MetricModel", "PatternMatching"]),
  room(
    "Collect", "PostgresCollectors",
    uses: ["CollectorCore", "MetricModel", "PostgresAccess"]),
  room(
    "Collect", "RedisCollectors",
    uses: ["CollectorCore", "MetricModel", "RedisAccess"]),
  room(
    "Collect", "ProbeCollectors",
    uses: ["CollectorCore", "MetricModel", "WebClient", "PatternMatching", "BlockingCalls"]),
]

let alert: [Target] = [
  room(
    "Alert", "AlertRules",
    uses: ["PromQLEngine", "PromQLSyntax", "StorageAPI", "MetricModel", logging]),
  room(
    "Alert", "AlertRouting",
    uses: ["StorageAPI", "MetricModel", "PatternMatching", logging]),
  room(
    "Alert", "AlertIntegrations",
    uses: [
      "AlertRouting", "StorageAPI", "MetricModel", "TextTemplates", "PatternMatching", "WebClient",
      logging,
    ]),
]

let serve: [Target] = [
  room(
    "Serve", "MetricScraping",
    uses: [
      "BlockingCalls", "WebClient", "ExpositionFormat", "StorageAPI", "MetricModel",
      "PatternMatching", logging,
    ]),
  room(
    "Serve", "RemoteWriting",
    uses: [
      "WebServer", "WebClient", "MetricScraping", "StateDatabase", "StorageAPI", "MetricModel",
      "ExpositionFormat", logging,
    ]),
  // The file of --web.config.file, which both daemons take.
  room("Serve", "WebSecurity", uses: ["ConfigDecoding", "WebServer", logging]),
  room("Serve", "WebAssets", resources: [.embedInCode("Pages")]),
  room(
    "Serve", "QueryAPI",
    uses: [
      "WebServer", "ExpositionFormat", "PromQLEngine", "PromQLSyntax", "AlertRules",
      "AlertRouting", "StorageAPI", "MetricModel", "PatternMatching",
    ]),
  room(
    "Serve", "ExporterService",
    uses: [
      "ConfigDecoding", "WebServer", "WebSecurity", "CollectorCore", "MetricModel",
      "SystemCollectors",
      "ProcessCollectors", "PostgresCollectors", "RedisCollectors", "ProbeCollectors",
      "PostgresAccess", "RedisAccess", "Decompression", serviceLifecycle, logging,
    ]),
  room(
    "Serve", "EvaluatorService",
    uses: [
      "ConfigDecoding", "QueryAPI", "WebAssets", "WebServer", "WebSecurity", "WebClient",
      "MetricScraping",
      "RemoteWriting", "SampleStore", "StateDatabase", "StorageAPI", "MetricModel",
      "PatternMatching", "TextTemplates", "PromQLEngine", "PromQLSyntax", "AlertRules",
      "QueryScripts", "AlertRouting", "AlertIntegrations", "CollectorCore", serviceLifecycle,
      logging,
    ]),
]

let programs: [Target] = [
  program(
    "tocsin",
    uses: [
      "ExporterService", "EvaluatorService", "RemoteWriting", "WebClient", "ConfigDecoding",
      "AlertRules", "AlertRouting", "MetricModel", "ProcessCollectors", "PatternMatching",
      "WebServer", "WebSecurity",
      "QueryScripts", "PromQLEngine", "PromQLSyntax", "StorageAPI", "SampleStore",
      "StateDatabase", "ExpositionFormat", argumentParser, logging, serviceLifecycle,
      unixSignals,
    ]),
  program(
    "tocsin-bench",
    uses: [
      "MetricModel", "ExpositionFormat", "StorageAPI", "SampleStore", "StateDatabase",
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
      "RemoteWriting",
    ],
    path: "Tests/EndToEndTests", exclude: ["Fixtures"], swiftSettings: settings),
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
  tests("AlertRules", uses: ["PromQLEngine", "StorageAPI", "MetricModel", logging]),
  tests("AlertRouting", uses: ["StorageAPI", "MetricModel", logging]),
  tests(
    "AlertIntegrations", uses: ["AlertRouting", "WebClient", "StorageAPI", "MetricModel"],
    data: ["Golden"]),
  tests("WebSecurity", uses: ["ConfigDecoding", "WebServer", logging]),
  tests("WebServer", uses: ["WebClient"]),
  tests("WebClient", uses: ["WebServer"], data: ["Fixtures"]),
  tests(
    "ExporterService",
    uses: [
      "CollectorCore", "ConfigDecoding", "MetricModel", "PostgresAccess", "PostgresCollectors",
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
  tests("ConfigDecoding"),
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
    "MetricScraping",
    uses: [
      "BlockingCalls",
      "ExpositionFormat", "StorageAPI", "MetricModel", "WebServer", "WebClient", logging,
    ]),
  tests(
    "RemoteWriting",
    uses: [
      "WebServer", "WebClient", "MetricScraping", "StateDatabase", "StorageAPI", "MetricModel",
    ], data: ["Corpus"]),
  tests("StateDatabase", uses: ["StorageAPI", "MetricModel", grdb]),
  tests("SampleStore", uses: ["StateDatabase", "StorageAPI", "MetricModel"]),
  tests(
    "EvaluatorService",
    uses: [
      "ConfigDecoding", "MetricModel", "MetricScraping", "AlertRules", "AlertRouting", "WebClient",
    ]),
  tests(
    "QueryAPI",
    uses: [
      "WebServer", "WebClient", "PromQLEngine", "AlertRules", "AlertRouting", "StorageAPI",
      "MetricModel",
    ]),
  tests("WebAssets"),
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
  targets: edge + model + store + query + collect + alert + serve + programs + tested,
  cxxLanguageStandard: .cxx17
)
