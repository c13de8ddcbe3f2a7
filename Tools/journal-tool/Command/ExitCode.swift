import StateJournal

/// What the tool's end tells scripts; the numbers are part of its interface.
enum ExitCode: Int32 {
  case success = 0
  case failed = 1
  case usage = 2
  case notFound = 3
  /// A torn tail, when `--strict` asks for it.
  case tornTail = 4
  /// Acknowledged data is damaged or missing.
  case damaged = 5
  /// The last commit may or may not have been acknowledged.
  case undecidable = 6
  case locked = 7
  /// Nobody agreed to write.
  case refused = 8
  case newerFormat = 9
  case diskFull = 10
  case interrupted = 130

  /// The code for an error of the journal.
  init(_ error: JournalError) {
    self =
      switch error.reason {
      case .damage: .damaged
      case .locked: .locked
      case .newerFormat: .newerFormat
      case .notFound, .notAStore, .unreachable, .unknownLabel: .notFound
      case .outOfSpace: .diskFull
      case .refused: .refused
      case .io, .poisoned, .tooLarge, .closed, .unsettled: .failed
      }
  }

  /// The code for the worst that an inspection found.
  init(_ worst: InspectionFinding.Severity?, isStrict: Bool) {
    self =
      switch worst {
      case nil, .note: .success
      case .tornTail: isStrict ? .tornTail : .success
      case .undecidable: .undecidable
      case .unreadable: .failed
      case .covered, .loss: .damaged
      }
  }
}
