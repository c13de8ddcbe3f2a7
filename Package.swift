// swift-tools-version: 6.3
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "state-journal",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "StateJournal", targets: ["StateJournal"]),
    .library(name: "SQLiteStateStorage", targets: ["SQLiteStateStorage"]),
    .library(name: "PropertiesClient", targets: ["PropertiesClient"]),
    .library(name: "DataSources", targets: ["DataSources"]),
    .library(name: "SQLiteDataSources", targets: ["SQLiteDataSources"]),
    .library(name: "HTTPDataSources", targets: ["HTTPDataSources"]),
    .library(name: "StorageSimulator", targets: ["FileIO", "StorageSimulator"]),
    .library(name: "StateStorageConformance", targets: ["StateStorageConformance"]),
    .executable(name: "ingest", targets: ["ingest"]),
    .executable(name: "journal-tool", targets: ["journal-tool"]),
    .executable(name: "journal-torture", targets: ["journal-torture"]),
    .executable(name: "journal-bench", targets: ["journal-bench"]),
    .executable(name: "journal-fuzz", targets: ["journal-fuzz"]),
    .executable(name: "state-conformance", targets: ["state-conformance"]),
  ],
  targets: [
    .target(name: "CChecksum"),
    .target(name: "CPrefetch"),
    .target(name: "CWriteOut"),
    .target(name: "JournalFormat", dependencies: ["CChecksum"], swiftSettings: swiftSettings),
    .target(name: "FileIO", dependencies: ["CWriteOut"], swiftSettings: swiftSettings),
    .target(name: "StorageSimulator", dependencies: ["FileIO"], swiftSettings: swiftSettings),
    .target(
      name: "JournalEngine", dependencies: ["CPrefetch", "JournalFormat", "FileIO"],
      swiftSettings: swiftSettings),
    .target(name: "StateJournal", dependencies: ["JournalEngine"], swiftSettings: swiftSettings),
    // Finds SQLite at run time, so that everything builds where there is none.
    .target(name: "CSQLite"),
    .target(name: "SQLiteConnection", dependencies: ["CSQLite"], swiftSettings: swiftSettings),
    .target(
      name: "SQLiteStateStorage", dependencies: ["SQLiteConnection", "StateJournal"],
      swiftSettings: swiftSettings),
    // Requests that are sent again when it may help, for the clients of services.
    .target(name: "HTTPRequests", swiftSettings: swiftSettings),
    .target(
      name: "PropertiesClient", dependencies: ["HTTPRequests", "StateJournal"],
      swiftSettings: swiftSettings),
    .target(name: "DataSources", dependencies: ["StateJournal"], swiftSettings: swiftSettings),
    .target(
      name: "SQLiteDataSources", dependencies: ["DataSources", "SQLiteConnection"],
      swiftSettings: swiftSettings),
    .target(
      name: "HTTPDataSources", dependencies: ["DataSources", "HTTPRequests"],
      swiftSettings: swiftSettings),
    // What every storage promises, for the tests of anybody's storage.
    .target(
      name: "StateStorageConformance",
      dependencies: ["StateJournal", "StorageSimulator", "ToolSupport"],
      swiftSettings: swiftSettings),

    .target(
      name: "ToolSupport", dependencies: ["FileIO"], path: "Tools/ToolSupport",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "ingest",
      dependencies: [
        "DataSources", "HTTPDataSources", "SQLiteConnection", "SQLiteDataSources", "ToolSupport",
      ],
      path: "Tools/ingest", resources: [.copy("Data")], swiftSettings: swiftSettings),
    .executableTarget(
      name: "journal-tool", dependencies: ["StateJournal", "ToolSupport"],
      path: "Tools/journal-tool", swiftSettings: swiftSettings),
    .executableTarget(
      name: "journal-torture", dependencies: ["StateJournal", "ToolSupport"],
      path: "Tools/journal-torture", swiftSettings: swiftSettings),
    // What journal-bench measures against: bare loops, a plain store in C, SQLite when it is there.
    .target(name: "CBench", dependencies: ["CChecksum", "CSQLite"], path: "Tools/CBench"),
    .executableTarget(
      name: "journal-bench", dependencies: ["StateJournal", "ToolSupport", "CBench"],
      path: "Tools/journal-bench", swiftSettings: swiftSettings),
    // Apart from journal-fuzz, so that libFuzzer can drive them too.
    .target(
      name: "FuzzTargets", dependencies: ["StateJournal"], path: "Tools/FuzzTargets",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "journal-fuzz", dependencies: ["FuzzTargets", "StorageSimulator", "ToolSupport"],
      path: "Tools/journal-fuzz", exclude: ["libfuzzer"], swiftSettings: swiftSettings),
    .executableTarget(
      name: "state-conformance",
      dependencies: [
        "LoopbackServer", "PropertiesClient", "SQLiteConnection", "SQLiteStateStorage",
        "StateStorageConformance", "ToolSupport",
      ],
      path: "Tools/state-conformance", swiftSettings: swiftSettings),
    // A web server for the tests of clients.
    .target(
      name: "LoopbackServer", dependencies: ["FileIO", "ToolSupport"],
      path: "Tools/LoopbackServer", swiftSettings: swiftSettings),
    // The least that a Swift program can do, which journal-bench starts beside journal-tool.
    .executableTarget(
      name: "one-line", path: "Tools/one-line", swiftSettings: swiftSettings),

    .testTarget(
      name: "JournalFormatTests", dependencies: ["JournalFormat"], resources: [.copy("Fixtures")],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FileIOTests", dependencies: ["FileIO", "StorageSimulator"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "JournalEngineTests",
      dependencies: ["JournalEngine", "StateJournal", "StorageSimulator", "ToolSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "StateJournalTests",
      dependencies: ["StateJournal", "StateStorageConformance", "StorageSimulator"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SQLiteStateStorageTests",
      dependencies: ["SQLiteStateStorage", "StateStorageConformance"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PropertiesClientTests",
      dependencies: ["LoopbackServer", "PropertiesClient", "StateStorageConformance"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "DataSourcesTests",
      dependencies: [
        "DataSources", "HTTPDataSources", "LoopbackServer", "SQLiteConnection", "SQLiteDataSources",
        "StorageSimulator",
      ],
      swiftSettings: swiftSettings),
    // The code that documents show, and what they say about the tree.
    .testTarget(
      name: "DocumentationTests",
      dependencies: [
        "DataSources", "HTTPDataSources", "PropertiesClient", "SQLiteDataSources",
        "SQLiteStateStorage", "StateJournal",
        "StateStorageConformance", "StorageSimulator",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ToolTests",
      dependencies: [
        "FuzzTargets", "HTTPDataSources", "ingest", "journal-bench", "journal-fuzz", "journal-tool",
        "journal-torture", "LoopbackServer", "SQLiteConnection", "SQLiteDataSources",
        "state-conformance", "StateJournal", "StorageSimulator", "ToolSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
  ]
)
