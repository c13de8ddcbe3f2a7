/// One failed operation on the operating system: what was tried, on which path, and the reason
/// that the system gave.
///
/// Callers decide by ``isMissing`` and ``isOutOfSpace`` and treat everything else as an error:
/// only "no such file" means that something is absent. A permission problem or an exhausted
/// descriptor table is neither an absence nor the end of a file.
public struct IOFailure: Error, Equatable, Sendable {
  /// The verbs of the seam, named after what the caller wanted.
  public enum Operation: String, Sendable, CaseIterable {
    case open
    case close
    case list
    case makeDirectory = "make directory"
    case rename
    case remove
    case read
    case write
    case map
    case store
    case identify
    case size
    case truncate
    case sync
    case syncDirectory = "sync directory"
    case lock
    case space = "query free space"
    case startThread = "start thread"
  }

  /// What was tried.
  public var operation: Operation
  /// The path it was tried on, as the caller would type it.
  public var path: String
  /// The operating system's error number (`errno`).
  public var code: Int32

  /// Creates a failure from its three parts.
  public init(_ operation: Operation, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }
}
