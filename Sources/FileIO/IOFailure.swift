/// One failed operation on the operating system: what was tried, on which path, and the reason
/// that the system gave.
///
/// Callers decide by ``isMissing`` and ``isOutOfSpace`` and treat everything else as an error:
/// only "no such file" means that something is absent. A permission problem or an exhausted
/// descriptor table is neither an absence nor the end of a file.
public struct IOFailure: Error, Equatable, Sendable {
  /// The verbs of the seam, named after what the caller wanted.
  public enum Operation: String, Sendable, CaseIterable {
    /// Opening or creating a file.
    case open
    /// Closing a file.
    case close
    /// Reading the names in a directory.
    case list
    /// Making a directory.
    case makeDirectory = "make directory"
    /// Giving a file another name.
    case rename
    /// Removing a name.
    case remove
    /// Reading at an offset.
    case read
    /// Writing at an offset.
    case write
    /// Mapping a range of a file into memory.
    case map
    /// Storing into a mapped range.
    case store
    /// Asking which file this is.
    case identify
    /// Asking for the size.
    case size
    /// Cutting or extending a file.
    case truncate
    /// Having a part of a file written to the device.
    case writeOut = "write out"
    /// Making the data of a file durable.
    case sync
    /// Making the names in a directory durable.
    case syncDirectory = "sync directory"
    /// Locking a file.
    case lock
    /// Asking for the free space.
    case space = "query free space"
    /// Starting a thread.
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
