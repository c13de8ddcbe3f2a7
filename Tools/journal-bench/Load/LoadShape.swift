import JournalFormat
import StateJournal

/// What store is measured, and with what.
struct LoadShape: Sendable {
  enum Level: String { case engine, state }
  /// The state journal, or what it is measured against.
  enum Kind: String { case subject, reference, sqlite }

  var kind = Kind.subject
  var level = Level.engine
  var isSynced = true
  var streamCount = 10_000
  var valueByteCount = 100
  var compactsByItself = true

  init() {}

  /// What was asked for, or else so many streams.
  init(
    _ settings: BenchSettings, isSynced: Bool = true, compactsByItself: Bool = true,
    streams: Int = 10_000
  ) {
    self.isSynced = isSynced
    self.compactsByItself = compactsByItself
    streamCount = settings.streamCount(default: streams)
    valueByteCount = settings.valueByteCount
  }

  init(_ options: BenchOptions) throws {
    switch options.text("--level") {
    case nil, "engine": level = .engine
    case "state": level = .state
    case let text?: throw BenchFailure("--level \(text): engine or state is needed", kind: .usage)
    }
    if let text = options.text("--engine") {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])),
        ["sync", "nosync"].contains(parts[1])
      else {
        throw BenchFailure("--engine \(text): subject:sync or subject:nosync", kind: .usage)
      }
      self.kind = kind
      isSynced = parts[1] == "sync"
    }
    streamCount = try options.number("--streams", default: 10_000, in: 1...99_999_999)
    valueByteCount = try options.number("--value", default: 100, in: 1...1_000_000)
    compactsByItself = !options.has("--nocp")
  }

  /// What an update takes in the log.
  var recordByteCount: Int { RecordHeader.byteCount + 7 + StreamKey.byteCount + valueByteCount }

  var journalOptions: JournalOptions {
    var options = JournalOptions()
    options.durability = isSynced ? .synced : .buffered
    if !compactsByItself { options.compactionByteCount = nil }
    return options
  }
}
