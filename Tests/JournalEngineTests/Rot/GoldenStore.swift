import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

/// Everything that a store holds, byte for byte, with the commits that put it.
typealias RotContent = [[UInt8]: RotValue]

struct RotValue: Equatable, Sendable {
  var bytes: [UInt8]
  var sequence: LogSequenceNumber
}

extension JournalView {
  func content() throws(JournalError) -> RotContent {
    var content: RotContent = [:]
    let cursor = cursor()
    var entry = Entry()
    while try cursor.next(into: &entry) {
      content[entry.key] = RotValue(bytes: entry.value, sequence: entry.sequence)
    }
    return content
  }
}

/// A store at rest, sound but for what its last process left behind, with everything that a test
/// has to know to say what damage to it must lead to.
struct GoldenStore: Sendable {
  /// One record of a segment.
  struct Record: Sendable {
    var range: Range<Int>
    var sequence: UInt64
    var durableThrough: UInt64
  }

  let name: String
  /// The files in the directory, the lock included.
  let files: [String: [UInt8]]
  /// The state after each commit, from none on.
  let states: [RotContent]
  /// The records of each segment.
  let records: [String: [Record]]
  /// How far the watermark vouches.
  let watermark: UInt64
  /// Whether the watermark says that the segment behind it was begun.
  let isNextSegmentBegun: Bool
  /// The last commit in the snapshots.
  let snapshotSequence: UInt64
  /// The segments that recovery reads, the last one last.
  let readSegments: [String]
  /// The snapshots that recovery reads.
  let chain: [String]
  let store: StoreIdentity

  /// Takes the store on a disk as it is.
  init(_ name: String, _ system: SimulatedFileSystem, states: [RotContent]) throws {
    self.name = name
    var files: [String: [UInt8]] = ["LOCK": []]
    for name in system.storeNames where name != "LOCK" { files[name] = try system.bytes(name) }
    self.files = files
    self.states = states
    let listing = try DirectoryListing.read(system.store)
    let ranges = listing.chain(limit: nil)
    chain = ranges.map { FileName.snapshot($0).text }
    let covered = ranges.last?.through ?? .zero
    snapshotSequence = covered.rawValue
    let first = listing.segments.last { $0 <= covered.next }
    readSegments = listing.segments.filter { $0 >= first ?? .zero }.map {
      FileName.segment(first: $0).text
    }
    let watermark = try WatermarkFile.read(system.store)
    self.watermark = watermark?.durableThrough.rawValue ?? 0
    isNextSegmentBegun = watermark?.isNextSegmentBegun ?? false
    records = files.filter { $0.key.hasSuffix(".journal") }.mapValues(Self.records(in:))
    store = try JournalReader(storePath, in: system).store
  }

  /// The state that the files as they are lead to.
  var state: RotContent { states[states.count - 1] }

  var lastSequence: UInt64 { UInt64(states.count - 1) }

  /// The files that a state can depend on.
  var fileNames: [String] { files.keys.filter { $0 != "LOCK" }.sorted() }

  /// A disk with these files, some of them replaced, added or (as nil) removed.
  func disk(_ changes: [String: [UInt8]?] = [:]) throws -> SimulatedFileSystem {
    var files = files
    for (name, bytes) in changes { files[name] = bytes }
    return try .store(files)
  }

  private static func records(in segment: [UInt8]) -> [Record] {
    guard case .valid(let header) = SegmentHeader.decode(segment.span) else { return [] }
    var records: [Record] = []
    var offset = SegmentHeader.byteCount
    while offset + RecordHeader.byteCount < segment.count {
      let record = RecordHeader(segment.span, at: offset)
      guard record.isPlausible(within: segment.count - offset) else { break }
      let range = offset..<(offset + record.recordByteCount)
      let sum = RecordChecksum.of(segment.span.extracting(range), seed: header.recordSeed)
      guard sum == record.checksum else { break }
      records.append(
        Record(
          range: range, sequence: record.sequence.rawValue,
          durableThrough: record.durableThrough.rawValue))
      offset = range.upperBound
    }
    return records
  }
}
