import JournalEngine
import StateJournal

/// What kind of load a workload is, beside its seed and length.
package struct LoadShape: Sendable, Equatable {
  static let valuedOptions = ["--durability", "--writers"]
  static let plainOptions = ["--small", "--deletes"]

  /// Limits so small that rotation and compaction happen every few dozen updates.
  package var isSmall = false
  /// Whether some updates remove their key.
  package var hasDeletions = false
  /// Whether an acknowledgement stands for a write only, not for a sync.
  package var isBuffered = false
  /// How many threads share the updates.
  package var writerCount = 1

  package init() {}

  init(_ options: Options) throws(TortureFailure) {
    isSmall = options.has("--small")
    hasDeletions = options.has("--deletes")
    writerCount = Int(try options.number("--writers", in: 1...1024) ?? 1)
    switch options.text("--durability") {
    case nil, "synced": isBuffered = false
    case "buffered": isBuffered = true
    case let text?:
      throw TortureFailure(.usage, "--durability \(text): synced or buffered is needed")
    }
  }

  /// The arguments that ask for this load.
  var arguments: [String] {
    (isSmall ? ["--small"] : []) + (hasDeletions ? ["--deletes"] : [])
      + (isBuffered ? ["--durability", "buffered"] : [])
      + (writerCount > 1 ? ["--writers", String(writerCount)] : [])
  }

  var journalOptions: JournalOptions {
    var options = JournalOptions()
    if isBuffered { options.durability = .buffered }
    if isSmall {
      // A record of an update has about 900 bytes: the log is compacted after some 35 of them and
      // rotates once on the way. The cap holds buffered writers back, who would else be done with
      // thousands of updates before the first compaction is.
      options.segmentByteCount = 20 << 10
      options.compactionByteCount = 28 << 10
      options.maximumJournalByteCount = 40 << 10
      options.maximumRunCount = 1
      options.preallocationByteCount = 16 << 10
    }
    return options
  }
}
