import StateJournal
import ToolSupport

/// Why a measurement did not succeed.
struct BenchFailure: Error {
  enum Kind: Int32 {
    case failed = 1
    case usage = 2
  }

  var kind: Kind
  var message: String

  init(_ message: String, kind: Kind = .failed) {
    self.kind = kind
    self.message = message
  }

  init(_ error: JournalError) { self.init("\(error)") }
  init(_ error: StateError) { self.init("\(error)") }
  init(_ error: IOFailure) { self.init("\(error)") }
  init(_ error: SystemCallFailure) { self.init("\(error)") }
}
