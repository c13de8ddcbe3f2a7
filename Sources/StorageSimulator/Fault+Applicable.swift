public import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Fault.Effect {
  /// Everything that may go wrong with one kind of operation on a real machine, for tests that let
  /// each operation fail in each way.
  ///
  /// Some effects are no failures: a program must take a short transfer in its stride.
  public static func applicable(to operation: IOFailure.Operation) -> [Fault.Effect] {
    let codes = errorNumbers(of: operation).map(Fault.Effect.error)
    switch operation {
    case .write:
      return codes + [
        .full, .short(byteCount: 0), .short(byteCount: 1), .short(byteCount: 7),
        .errorAfterPart(byteCount: 1, ENOSPC), .errorAfterPart(byteCount: 40, ENOSPC),
        .errorAfterPart(byteCount: 40, EIO), .errorAfterwards(EIO),
      ]
    case .read: return codes + [.short(byteCount: 1), .short(byteCount: 7)]
    case .sync:
      return codes + Fault.FailedSync.allCases.map(Fault.Effect.failedSync)
        + [.errorAfterwards(EIO)]
    case .open, .makeDirectory, .rename, .remove, .truncate, .writeOut, .syncDirectory, .close:
      return codes + [.errorAfterwards(EIO)]
    case .list, .map, .store, .identify, .size, .lock, .space, .startThread: return codes
    }
  }

  /// Whether the operation does its work all the same, if with more calls.
  public var isHarmless: Bool {
    if case .short(let byteCount) = self { byteCount > 0 } else { false }
  }

  /// The error numbers of an operation that has done nothing, as the manuals list them.
  private static func errorNumbers(of operation: IOFailure.Operation) -> [Int32] {
    switch operation {
    case .open: [EIO, EINTR, EACCES, EMFILE, ENFILE, ENOSPC, EROFS, ENOMEM]
    case .close: [EIO, EINTR, ENOSPC, EDQUOT]
    case .list: [EIO, EACCES, ENOMEM]
    case .makeDirectory: [EIO, EACCES, ENOSPC, EDQUOT, EROFS]
    case .rename: [EIO, EACCES, ENOSPC, EDQUOT, EROFS]
    case .remove: [EIO, EACCES, EROFS]
    case .read: [EIO, EINTR]
    case .write: [EIO, EINTR, ENOSPC, EDQUOT]
    case .map: [EAGAIN, ENODEV, ENOMEM]
    // A store that cannot be carried out ends the process.
    case .store: []
    case .identify, .size: [EIO]
    case .truncate: [EIO, EINTR, ENOSPC, EROFS]
    case .writeOut, .sync, .syncDirectory: [EIO, EINTR, ENOSPC, EDQUOT]
    case .lock: [EIO, EINTR, ENOLCK]
    case .space: [EIO, EACCES]
    case .startThread: [EAGAIN]
    }
  }
}
