import JournalEngine
public import JournalFormat

/// A point in the history of a store, as people name it.
///
/// ```
/// 1234                             the state after commit 1234; 0 is before the first
/// 2026-11-25T22:00:00.5+01:00      the last commit at or before a time (RFC 3339)
/// 2026-11-25 22:00                 the same; seconds may be left out, and no zone means UTC
/// 2026-11-25                       its beginning
/// @1764108000                      seconds since 1970
/// -30s  -10m  -2h  -3d             so long before now
/// now                              the last commit
/// before-deploy                    a label
/// ```
public enum JournalMoment: Sendable, Equatable {
  /// After a commit.
  case sequence(LogSequenceNumber)
  /// After the last commit at or before a time, in nanoseconds since 1970 (UTC).
  case time(nanoseconds: Int64)
  /// After the last commit.
  case last
  /// After the commit that a label names.
  case label(String)

  /// The forms, for messages.
  public static let forms =
    "a commit (1234), a time (2026-11-25T22:00:00Z, \"2026-11-25 22:00\", @1764108000), "
    + "so long ago (-10m, -2h, -3d), now, or a label"

  /// Reads a moment.
  ///
  /// - Parameters:
  ///   - text: one of ``forms``.
  ///   - now: the time that relative moments count from, in nanoseconds since 1970.
  /// - Returns: `nil` for text of none of these forms.
  public init?(_ text: String, now: Int64) {
    if let number = Self.number(text) {
      self = .sequence(LogSequenceNumber(number))
    } else if text == "now" {
      self = .last
    } else if let time = MomentText.time(text, now: now) {
      self = .time(nanoseconds: time)
    } else if JournalLabel.isName(text) {
      self = .label(text)
    } else {
      return nil
    }
  }

  /// Whether a text is none because it is a time too far away: what counts nanoseconds since 1970 ends in
  /// 1677 and 2262.
  package static func isOutOfRange(_ text: String, now: Int64) -> Bool {
    MomentText.isOutOfRange(text, now: now)
  }

  private static func number(_ text: String) -> UInt64? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return UInt64(text)
  }
}

extension JournalInspector {
  /// The commit that a moment stands for; zero for one before the first commit.
  ///
  /// Whether the state as of that commit can still be read is another question, which
  /// ``forEachEntry(at:of:_:)`` answers.
  ///
  /// - Throws: ``JournalError/Reason/unknownLabel``; ``JournalError/Reason/unreachable`` for a time
  ///   whose last commit has left the log, with how far back it reaches;
  ///   ``JournalError/Reason/damage(_:)`` when commits that may have been meant cannot be read.
  /// - Complexity: O(1) for a commit, O(bytes of the segments from the commit's on) for a time, O(bytes
  ///   of log since the last snapshot) otherwise, in memory for the labels alone.
  public func sequence(at moment: JournalMoment) throws(JournalError) -> LogSequenceNumber {
    switch moment {
    case .sequence(let sequence):
      return sequence
    case .last:
      return try JournalReader(
        path, in: fileSystem, keeping: .nothing, onProgress: onOpeningProgress
      ).report.lastSequence
    case .time(let nanoseconds):
      return try TimeSearch.lastCommit(
        atOrBefore: nanoseconds, in: JournalReader.openDirectory(path, in: fileSystem),
        onProgress: onOpeningProgress)
    case .label(let name):
      let labels = try labels()
      if let label = labels.first(where: { $0.name.hasSameBytes(as: name) }) {
        return label.sequence
      }
      throw JournalError(
        .unknownLabel, file: path,
        detail: labels.isEmpty
          ? "there is no label \(name), and no other; a moment is \(JournalMoment.forms)"
          : "there is no label \(name); there is "
            + labels.prefix(20).map(\.name).joined(separator: ", "))
    }
  }
}
