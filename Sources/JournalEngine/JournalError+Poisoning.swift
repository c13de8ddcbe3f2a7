import FileIO
import JournalFormat

extension JournalError {
  /// Whether nothing more can be acknowledged after this error: what is in the file is not known.
  var poisons: Bool {
    switch reason {
    case .poisoned: true
    case .io(let failure):
      switch failure.operation {
      case .write, .store, .truncate, .sync, .syncDirectory: true
      default: false
      }
    default: leavesNamesUnknown
    }
  }

  /// Whether a file could not be synced, for whatever reason: the next success would prove nothing.
  var isFailedSync: Bool {
    switch reason {
    case .io(let failure), .outOfSpace(let failure): failure.operation == .sync
    default: false
    }
  }

  /// Whether a directory could not be synced: which names in it are durable is not known any more, and
  /// the next success would prove nothing.
  var leavesNamesUnknown: Bool {
    switch reason {
    case .io(let failure), .outOfSpace(let failure): failure.operation == .syncDirectory
    default: false
    }
  }

  /// This error as the lasting state of a journal.
  func poisoning(from sequence: LogSequenceNumber) -> JournalError {
    var error = self
    if case .io(let failure) = reason { error.reason = .poisoned(failure) }
    if case .outOfSpace(let failure) = reason { error.reason = .poisoned(failure) }
    error.sequence = error.sequence ?? sequence
    error.detail =
      "nothing more is acknowledged, reads go on; reopen the journal to learn what is durable"
    return error
  }
}
