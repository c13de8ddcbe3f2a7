import FileIO
import JournalFormat

extension JournalError: CustomStringConvertible {
  /// What happened, where, and what to do next, in one or two sentences.
  public var description: String {
    switch reason {
    case .io(let failure):
      "\(failure)\(because); set it right and try again"
    case .outOfSpace(let failure):
      "the disk is full: \(failure); "
        + (detail.isEmpty ? "free some space and try again, the state is safe" : detail)
    case .poisoned(let failure):
      "an earlier write or sync failed (\(failure)), and commits\(commits(elseSaying: "")) may be "
        + "lost; \(detail.isEmpty ? "reopen the journal to learn what is durable" : detail)"
    case .damage(let damage):
      "\(damage.rawValue): \(place)\(commits(elseSaying: ""))\(because). "
        + "Nothing was changed; run `journal-tool verify \(directory)` to see all of it"
    case .locked(let owner):
      "\(file) is in use by \(owner?.description ?? "another process, which left no name")"
        + because
    case .newerFormat(let version):
      "\(place) has format version \(version), which is newer than this program"
        + (detail.isEmpty ? "; use a release that knows it, nothing was changed" : "; \(detail)")
    case .notFound: "\(file) was not found\(because)"
    case .notAStore: "\(file) is not the state of a journal\(because); check the path"
    case .unreachable:
      "the state at commit \(sequence?.description ?? "asked for") cannot be reached in \(file)"
        + "\(because); `journal-tool info \(file)` shows what can"
    case .tooLarge: "too large for \(file)\(because)"
    case .closed: "the journal in \(file) is closed\(because)"
    case .unsettled: "the files in \(file) did not settle\(because)"
    }
  }

  private var because: String { detail.isEmpty ? "" : " (\(detail))" }

  private var place: String { offset.map { "\(file) at offset \($0)" } ?? file }

  /// The commits concerned, as far as they are known.
  private func commits(elseSaying fallback: String) -> String {
    switch (sequence, lastSequence) {
    case (let first?, let last?) where first < last: ", commits \(first) to \(last)"
    case (let first?, let last?) where first == last: ", commit \(first)"
    case (let first?, _): ", from commit \(first) on"
    default: fallback
    }
  }

  /// The directory of the file.
  private var directory: Substring {
    file.lastIndex(of: "/").map { file[..<$0] } ?? file[...]
  }
}

extension JournalError.LockOwner: CustomStringConvertible {
  /// "process 4711 on worker-3 since 2024-05-17T08:30:00Z".
  public var description: String {
    "process \(processID) on \(host) since \(UTCTime(secondsSince1970: openedAt))"
  }
}
