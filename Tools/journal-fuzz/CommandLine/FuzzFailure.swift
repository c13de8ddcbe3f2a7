/// Why a command did not succeed.
struct FuzzFailure: Error {
  enum Kind: Int32 {
    /// An operation failed.
    case failed = 1
    /// The command line makes no sense.
    case usage = 2
    /// An input broke a rule.
    case finding = 3
  }

  var kind: Kind
  var message: String

  init(_ message: String, kind: Kind = .failed) {
    self.kind = kind
    self.message = message
  }
}
