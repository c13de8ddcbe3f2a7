// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "state-journal",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "StateJournal", targets: ["StateJournal"]),
    .library(name: "DataSources", targets: ["DataSources"]),
    .library(name: "StorageSimulator", targets: ["FileIO", "StorageSimulator"]),
    .executable(name: "ingest", targets: ["ingest"]),
    .executable(name: "journal-tool", targets: ["journal-tool"]),
    .executable(name: "journal-torture", targets: ["journal-torture"]),
    .executable(name: "journal-bench", targets: ["journal-bench"]),
  ],
  targets: [
    .target(name: "CChecksum"),
    .target(name: "JournalFormat", dependencies: ["CChecksum"], swiftSettings: swiftSettings),
    .target(name: "FileIO", swiftSettings: swiftSettings),
    .target(name: "StorageSimulator", dependencies: ["FileIO"], swiftSettings: swiftSettings),
    .target(
      name: "JournalEngine", dependencies: ["JournalFormat", "FileIO"],
      swiftSettings: swiftSettings),
    .target(name: "StateJournal", dependencies: ["JournalEngine"], swiftSettings: swiftSettings),
    .target(name: "DataSources", dependencies: ["StateJournal"], swiftSettings: swiftSettings),

    .testTarget(
      name: "FileIOTests", dependencies: ["FileIO", "StorageSimulator"],
      swiftSettings: swiftSettings),
  ]
)
