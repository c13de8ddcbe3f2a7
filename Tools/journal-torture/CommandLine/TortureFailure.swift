import JournalEngine
import StateJournal
import ToolSupport

/// Why a command did not succeed: one message, and the exit code that goes with it.
package struct TortureFailure: Error, Sendable {
  package enum Kind: Int32, Sendable {
    /// An operation failed, or a crash test found a promise broken.
    case failed = 1
    /// The command line makes no sense.
    case usage = 2
    /// Acknowledged data is damaged.
    case corrupt = 5
    /// Another process has the lock.
    case locked = 7
    /// The disk is full, and nothing was changed.
    case full = 10
  }

  package var kind: Kind
  package var message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  init(_ failure: SystemCallFailure) { self.init(.failed, "\(failure)") }

  init(_ error: JournalError) {
    switch error.reason {
    case .damage: self.init(.corrupt, "corrupt: \(error)")
    case .locked: self.init(.locked, "\(error)")
    case .outOfSpace: self.init(.full, "\(error)")
    default: self.init(.failed, "\(error)")
    }
  }

  init(_ error: StateError) {
    if let cause = error.underlying as? TortureFailure {
      self = cause
    } else if let cause = error.underlying as? JournalError {
      self.init(cause)
    } else if case .undecodable = error.reason {
      self.init(.corrupt, "corrupt: \(error)")
    } else {
      self.init(.failed, "\(error)")
    }
  }
}
