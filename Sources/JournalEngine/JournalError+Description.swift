import FileIO
import JournalFormat

extension JournalError: CustomStringConvertible {
  /// What happened, where, and what to do next, in one or two sentences.
  public var description: String {
    switch reason {
    case .io(let failure):
      "\(failure); \(detail(orElse: "remove the cause and try again"))"
    case .outOfSpace(let failure) where failure.operation == .space:
      "too little room is left on the disk of \(file): "
        + detail(orElse: "free some space and try again, nothing was begun")
    case .outOfSpace(let failure):
      "the disk is full (\(failure)); "
        + detail(orElse: "free some space and try again, what was acknowledged is safe")
    case .poisoned(let failure):
      "a write or sync failed (\(failure))\(commits); "
        + detail(orElse: "reopen the journal to learn what is durable")
    case .damage(let damage):
      "\(damage.rawValue): \(place)\(commits)\(detail.isEmpty ? "" : ": \(detail)"). "
        + "Nothing was changed; `journal-tool verify \(Shell.quoted(String(directory)))` lists everything"
        + " that is damaged"
    case .locked(let owner):
      "\(file) is in use by \(owner?.description ?? "a process that has not left its name yet"); "
        + detail(orElse: "stop the owner, or try again later")
    case .newerFormat(let version):
      "\(file) has format version \(version), which is newer than this program; "
        + detail(orElse: "use a release that knows this version, nothing was changed")
    case .notFound:
      "\(file) was not found; \(detail(orElse: "check the path"))"
    case .notAStore:
      "\(file) holds no journal; \(detail(orElse: "check the path"))"
    case .unreachable:
      "\(file) does not reach \(sequence.map { "commit \($0)" } ?? "that moment"); "
        + detail(orElse: "ask for one that its files still hold")
    case .unknownLabel:
      "\(file) has no such label; \(detail(orElse: "check its name"))"
    case .tooLarge:
      "too large to be kept in \(file); \(detail(orElse: "write it in several parts"))"
    case .closed:
      "the journal in \(file) is closed; \(detail(orElse: "open it again"))"
    case .refused:
      "\(file) was left as it is: \(detail(orElse: "choose another directory"))"
    case .unsettled:
      "\(file) could not be read; \(detail(orElse: "files came and went, try again"))"
    }
  }

  private func detail(orElse fallback: String) -> String { detail.isEmpty ? fallback : detail }

  private var place: String { offset.map { "\(file) at offset \($0)" } ?? file }

  /// The commits concerned, as far as they are known.
  private var commits: String {
    guard let sequence else { return "" }
    guard let lastSequence else { return ", from commit \(sequence) on" }
    return sequence < lastSequence
      ? ", commits \(sequence) to \(lastSequence)" : ", commit \(sequence)"
  }

  /// The directory of the file.
  private var directory: Substring {
    file.lastIndex(of: "/").map { file[..<$0] } ?? "."
  }
}

extension JournalError.LockOwner: CustomStringConvertible {
  /// "process 4711 on worker-3 since 2024-05-17T08:30:00Z".
  public var description: String {
    "process \(processID) on \(host) since \(UTCTime(secondsSince1970: openedAt))"
  }
}
