public import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One misfortune: what goes wrong, and at which operation.
public struct Fault: Sendable {
  /// What goes wrong.
  public enum Effect: Hashable, Sendable {
    /// The operation fails with this error number, and nothing has happened.
    case error(Int32)
    /// The operation fails with this error number, although it has been carried out.
    case errorAfterwards(Int32)
    /// A read or write stops after at most this many bytes and says so. A write that takes 0 is
    /// allowed too.
    case short(byteCount: Int)
    /// A write fails with this error number after this many bytes have been taken.
    case errorAfterPart(byteCount: Int, Int32)
    /// A sync fails with `EIO`.
    case failedSync(FailedSync)
    /// The operation fails with `ENOSPC`, and so does everything that needs space from then on,
    /// until a file is removed, replaced or cut.
    case full

    /// `EIO`, with nothing done.
    public static let inputOutput = Effect.error(EIO)
    /// `ENOSPC` for this operation alone, with nothing done.
    public static let noSpace = Effect.error(ENOSPC)
    /// `EINTR`, with nothing done. The real file system tries again by itself, but for syncs,
    /// and never lets this be seen; a caller should treat it as any other error.
    public static let interrupted = Effect.error(EINTR)
  }

  /// What a kernel does with the dirty pages when a sync fails. All three exist (Rebello et al.,
  /// "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
  public enum FailedSync: CaseIterable, Sendable {
    /// They stay dirty: the next sync tries again.
    case pagesKept
    /// They are dropped: reads see the old data again, and the next sync succeeds.
    case pagesDropped
    /// They are called clean: reads still see the new data, the next sync succeeds, and the data
    /// never reaches the disk.
    case pagesDroppedButReadable
  }

  /// What goes wrong.
  public var effect: Effect
  /// Which operation it strikes, counted among those that match from the moment the fault is
  /// injected; 1 is the first.
  public var position: Int
  /// How many matching operations in a row it strikes.
  public var repetitions: Int
  /// The kind of operation that matches; nil for all.
  public var operation: IOFailure.Operation?
  /// How the path of a file or directory that matches ends; empty for all.
  public var pathSuffix: String

  /// Creates a fault.
  public init(
    _ effect: Effect, at position: Int = 1, of operation: IOFailure.Operation? = nil,
    on pathSuffix: String = "", repetitions: Int = 1
  ) {
    self.effect = effect
    self.position = position
    self.repetitions = repetitions
    self.operation = operation
    self.pathSuffix = pathSuffix
  }

  /// Lets one operation go by, and says whether the fault strikes it.
  mutating func strikes(_ other: IOFailure.Operation, path: String) -> Bool {
    guard operation == nil || operation == other, path.hasSuffix(pathSuffix), repetitions > 0
    else { return false }
    if position > 1 {
      position -= 1
      return false
    }
    repetitions -= 1
    return true
  }
}
