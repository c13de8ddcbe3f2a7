import StateJournal

/// Which error a call must end with.
enum Refusal: String {
  case invalidName
  case unsupportedValue
  case versionConflict
  case rejected
  case undecodable
  case newerVersion

  init?(_ reason: StateError.Reason) {
    switch reason {
    case .invalidName: self = .invalidName
    case .unsupportedValue: self = .unsupportedValue
    case .versionConflict: self = .versionConflict
    case .rejected: self = .rejected
    case .undecodable: self = .undecodable
    case .newerVersion: self = .newerVersion
    case .tooLarge, .goesBackwards, .notStaged, .storage: return nil
    }
  }
}

/// Fails unless `body` throws a `StateError` with that reason.
func expectRefusal(
  _ refusal: Refusal, _ what: @autoclosure () -> String, file: String = #fileID, line: Int = #line,
  _ body: () async throws(StateError) -> Void
) async throws(ConformanceFailure) {
  do throws(StateError) {
    try await body()
  } catch {
    if Refusal(error.reason) == refusal { return }
    throw ConformanceFailure(
      message: "\(what()) ends with \(error.reason) (\(error)), not \(refusal)", line: line,
      file: file)
  }
  throw ConformanceFailure(
    message: "\(what()) is accepted; it is to end with \(refusal)", line: line, file: file)
}
