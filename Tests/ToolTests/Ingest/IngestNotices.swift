import Synchronization

@testable import DataSources
@testable import ingest

/// Collects what readings report.
final class IngestNotices: Sendable {
  private let notices = Mutex<[FileNotice]>([])

  func add(_ notice: FileNotice) { notices.withLock { $0.append(notice) } }

  var count: Int { notices.withLock { $0.count } }

  /// "line:column" of the skipped rows.
  var positions: [String] {
    notices.withLock { $0 }.compactMap { notice in
      guard case .skipped(_, let text) = notice else { return nil }
      return text.split(separator: ":").dropFirst().prefix(2).joined(separator: ":")
    }
  }
}
