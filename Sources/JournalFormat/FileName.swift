/// The names of a store's files: the only place where they are built or parsed.
///
/// Names are the manifest: a segment's name is the first log sequence number in it, a snapshot's
/// name the range it covers. Anything else in the directory is not ours and is left alone.
package enum FileName: Hashable, Sendable {
  /// `00000000000000000001.journal`: commits from this one on.
  case segment(first: LogSequenceNumber)
  /// `00000000000000000000-00000000000000052113.snapshot`: what changed after the first number up
  /// to and including the second; the whole state if the first is zero.
  case snapshot(SnapshotRange)
  /// The last log sequence number known durable.
  case watermark
  /// The byte ranges that the writer and a compaction lock.
  case lock
  /// The directory of what recovery set aside.
  case quarantine
  /// A file under construction: of no meaning until renamed, swept when its maker is gone.
  case temporary(String)

  package static let temporarySuffix = ".tmp"

  /// Whether a name is the file system's own: `lost+found` lies in the root of every new disk, so it
  /// says of nobody who uses that directory for something else.
  package static func isOfFileSystem(_ name: String) -> Bool { name == "lost+found" }

  /// Parses a name; `nil` for what is not ours.
  package init?(_ name: String) {
    switch name {
    case "WATERMARK": self = .watermark
    case "LOCK": self = .lock
    case "quarantine": self = .quarantine
    default:
      if name.hasSuffix(Self.temporarySuffix) {
        // Only what would become a file of ours: other temporary files are somebody else's.
        switch FileName(String(name.dropLast(Self.temporarySuffix.count))) {
        case .segment, .snapshot, .watermark: self = .temporary(name)
        case .lock, .quarantine, .temporary, nil: return nil
        }
      } else if let stem = Self.stem(of: name, before: ".journal"), stem.count == 20,
        let first = Self.number(stem), first > 0
      {
        self = .segment(first: LogSequenceNumber(first))
      } else if let stem = Self.stem(of: name, before: ".snapshot"), stem.count == 41,
        stem[20] == UInt8(ascii: "-"), let from = Self.number(stem[..<20]),
        let through = Self.number(stem[21...]), from < through
      {
        self = .snapshot(
          SnapshotRange(after: LogSequenceNumber(from), through: LogSequenceNumber(through)))
      } else {
        return nil
      }
    }
  }

  /// The name as it stands in the directory.
  package var text: String {
    switch self {
    case .segment(let first): Self.digits(first.rawValue) + ".journal"
    case .snapshot(let range):
      Self.digits(range.after.rawValue) + "-" + Self.digits(range.through.rawValue) + ".snapshot"
    case .watermark: "WATERMARK"
    case .lock: "LOCK"
    case .quarantine: "quarantine"
    case .temporary(let name): name
    }
  }

  /// The name under which this file is built before it is renamed into place.
  package var underConstruction: String { text + Self.temporarySuffix }

  private static func stem(of name: String, before suffix: String) -> ArraySlice<UInt8>? {
    guard name.hasSuffix(suffix) else { return nil }
    return Array(name.utf8).dropLast(suffix.utf8.count)[...]
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  private static func digits(_ value: UInt64) -> String {
    let text = String(value)
    return String(repeating: "0", count: 20 - text.count) + text
  }
}

/// The commits that a snapshot covers.
package struct SnapshotRange: Hashable, Sendable {
  /// The state it builds on; ``LogSequenceNumber/zero`` for a base, which holds everything.
  package var after: LogSequenceNumber
  /// The last commit in it.
  package var through: LogSequenceNumber

  package init(after: LogSequenceNumber, through: LogSequenceNumber) {
    self.after = after
    self.through = through
  }

  /// Whether it holds the whole state rather than what changed.
  package var isBase: Bool { after == .zero }

  /// Whether every commit of `other` is in this range too.
  package func covers(_ other: SnapshotRange) -> Bool {
    after <= other.after && other.through <= through
  }
}
