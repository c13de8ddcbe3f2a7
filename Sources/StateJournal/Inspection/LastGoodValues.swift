import FileIO
import JournalEngine
import JournalFormat

/// Asks for the last good values of one finding after the other, in the order of their commits.
///
/// Each takes the state before the damage. Behind damage in the log there is none, up to the next snapshot;
/// once that has been met, nothing is read for the findings in between, however many there are.
package struct LastGoodValues {
  private let inspector: JournalInspector
  /// Commits as of which the state is known not to be readable.
  private var unreadable: Range<LogSequenceNumber>?

  package init(_ inspector: JournalInspector) {
    self.inspector = inspector
  }

  /// As ``JournalInspector/lastGoodValues(for:)``; nil where that fails.
  package mutating func values(for finding: InspectionFinding) -> [InspectedEntry]? {
    if let sequence = finding.sequence, sequence > .zero,
      unreadable?.contains(sequence.previous) == true
    {
      return nil
    }
    do {
      return try inspector.valuesBefore(finding)
    } catch {
      if Self.endsLog(error), let sequence = finding.sequence, sequence > .zero {
        unreadable = sequence.previous..<nextBeginning(behind: sequence.previous)
      }
      return nil
    }
  }

  /// Whether nothing behind that error can be read. A block of a snapshot holds a few keys, and those of
  /// another finding may be answered from the others.
  private static func endsLog(_ error: JournalError) -> Bool {
    guard case .damage = error.reason,
      case .segment = FileName(String(error.file.split(separator: "/").last ?? ""))
    else { return false }
    return true
  }

  /// Where the next snapshot ends, from which on the state rests on other files.
  private func nextBeginning(behind commit: LogSequenceNumber) -> LogSequenceNumber {
    let directory = try? JournalReader.openDirectory(inspector.path, in: inspector.fileSystem)
    let listing = directory.flatMap { try? DirectoryListing.read($0) }
    // Where that cannot be told, nothing is passed over.
    guard let listing else { return commit }
    return listing.snapshots.first { $0.through > commit }?.through ?? LogSequenceNumber(.max)
  }
}
