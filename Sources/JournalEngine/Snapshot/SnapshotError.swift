import JournalFormat

/// A part of a snapshot file, as errors name it.
enum SnapshotPart {
  case header
  case block
  case removedPrefixes
  case filter
  case index
  case footer

  fileprivate var damage: JournalError.Damage {
    switch self {
    case .header: .header
    case .block: .snapshotBlock
    case .removedPrefixes, .filter, .index: .snapshotIndex
    case .footer: .snapshotFooter
    }
  }
}

/// Where in which snapshot something was found.
struct SnapshotPlace {
  var file: String
  var part: SnapshotPart
  var offset: Int64
  /// The header, once it has been read: it tells which commits are concerned.
  var header: SnapshotHeader?
}

extension JournalError {
  /// What is wrong with a part of a snapshot, with all that is known about where.
  init(_ defect: SnapshotDefect, _ place: SnapshotPlace) {
    let reason: Reason
    let detail: String
    switch defect {
    case .short:
      reason = .damage(place.part.damage)
      detail = "the file ends too early"
    case .magic:
      reason = .damage(place.part.damage)
      detail = "these are not the first bytes of a snapshot's \(place.part)"
    case .checksum(let stored, let computed):
      reason = .damage(place.part.damage)
      detail = """
        the checksum is \(String(stored, radix: 16)), the bytes give \
        \(String(computed, radix: 16))
        """
    case .newerVersion(let version):
      reason = .newerFormat(version: Int(version))
      detail = """
        this program reads up to version \(SnapshotFormat.version); use a release that knows the \
        other, nothing was changed
        """
    case .malformed(let rule):
      reason = .damage(.malformedEntry)
      detail = "the checksum is right, but \(rule.rawValue)"
    }
    self.init(
      reason, file: place.file, offset: place.offset, sequence: place.header?.from.next,
      lastSequence: place.header?.to, detail: detail)
  }
}
