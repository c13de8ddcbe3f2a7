import FileIO
import StorageSimulator

/// A file system on which something else happens right behind the next listing of a directory, as
/// when another process comes in between.
final class HookedFileSystem: FileSystem {
  private let interposed: InterposedFileSystem
  private let hook: Shared<(@Sendable () -> Void)?>

  init(_ base: SimulatedFileSystem) {
    let hook = Shared<(@Sendable () -> Void)?>(nil)
    self.hook = hook
    interposed = InterposedFileSystem(
      base,
      afterListing: {
        let body = hook.withLock { hook in
          defer { hook = nil }
          return hook
        }
        body?()
      },
      { _, _ in })
  }

  /// What happens behind the next listing, once.
  func afterNextListing(_ body: @escaping @Sendable () -> Void) { hook.withLock { $0 = body } }

  func openDirectory(_ path: String, creating: Bool) throws(IOFailure) -> any Directory {
    try interposed.openDirectory(path, creating: creating)
  }
}
