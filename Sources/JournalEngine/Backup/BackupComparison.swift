package import FileIO
public import JournalFormat

/// How a backup compares with the store that it was made of, as of the backup's last commit.
public struct BackupComparison: Sendable, Equatable {
  /// What came of it.
  public enum Outcome: Sendable, Equatable {
    /// Every object is the same, with the same version.
    case same
    /// Some objects differ.
    case different
    /// They belong to two stores.
    case otherStore
    /// The source does not reach back that far any more, or not yet: nothing was compared.
    case unreachable
  }

  /// What came of it.
  public internal(set) var outcome = Outcome.same
  /// The backup's last commit.
  public internal(set) var sequence = LogSequenceNumber.zero
  /// Objects compared.
  public internal(set) var comparedCount = 0
  /// Objects that differ, or that only one of the two has.
  public internal(set) var differenceCount = 0
  /// Their keys; at most 100.
  public internal(set) var differingKeys: [[UInt8]] = []

  private static let maximumKeyCount = 100

  /// Compares two stores, in memory that does not grow with the state.
  package static func compare(
    backup: String, with source: String, in fileSystem: any FileSystem,
    onOpening: ReplayObserver? = nil, onProgress: ReplayObserver? = nil
  ) throws(JournalError) -> BackupComparison {
    try JournalReader.reading(backup, in: fileSystem, onProgress: onOpening) {
      (copy) throws(JournalError) -> BackupComparison in
      var comparison = BackupComparison()
      comparison.sequence = copy.view.sequence
      do throws(JournalError) {
        return try JournalReader.reading(
          source, in: fileSystem, at: copy.view.sequence, onProgress: onOpening
        ) {
          (original) throws(JournalError) -> BackupComparison in
          var comparison = comparison
          if original.store != copy.store {
            comparison.outcome = .otherStore
          } else {
            try comparison.compare(
              copy.view.cursor(), original.view.cursor(),
              StateProgress(copy.view.inputByteCount, onProgress))
          }
          return comparison
        }
      } catch {
        guard error.reason == .unreachable else { throw error }
        comparison.outcome = .unreachable
        return comparison
      }
    }
  }

  private mutating func compare(
    _ left: MergeCursor, _ right: MergeCursor, _ progress: consuming StateProgress
  ) throws(JournalError) {
    var (one, other) = (Entry(), Entry())
    var hasOne = try left.next(into: &one)
    var hasOther = try right.next(into: &other)
    while hasOne || hasOther {
      let order = !hasOther ? -1 : !hasOne ? 1 : one.key.span.order(comparedTo: other.key.span)
      comparedCount += 1
      if order != 0 || one != other { note(order <= 0 ? one.key : other.key) }
      if order <= 0 {
        progress.pass(one)
        hasOne = try left.next(into: &one)
      }
      if order >= 0 { hasOther = try right.next(into: &other) }
    }
    progress.end()
    if differenceCount > 0 { outcome = .different }
  }

  private mutating func note(_ key: [UInt8]) {
    differenceCount += 1
    if differingKeys.count < Self.maximumKeyCount { differingKeys.append(key) }
  }
}
