import Synchronization

@testable import ingest

/// Collects what readings report.
final class IngestNotices: Sendable {
  private let notices = Mutex<[CSVNotice]>([])

  func add(_ notice: CSVNotice) { notices.withLock { $0.append(notice) } }

  var count: Int { notices.withLock { $0.count } }

  /// "line:column" of the skipped rows.
  var positions: [String] {
    notices.withLock { $0 }.compactMap { notice in
      guard case .skipped(_, let text) = notice else { return nil }
      return text.split(separator: ":").dropFirst().prefix(2).joined(separator: ":")
    }
  }
}
