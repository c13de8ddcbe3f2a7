import FileIO
import StorageSimulator

/// A file system on which something else happens at a moment that a test names, as when another
/// process or thread comes in between.
final class HookedFileSystem: FileSystem {
  private struct Hooks {
    var listing: (@Sendable () -> Void)?
    var snapshot: (@Sendable () -> Void)?
  }

  private let interposed: InterposedFileSystem
  private let hooks: Shared<Hooks>

  init(_ base: SimulatedFileSystem) {
    let hooks = Shared(Hooks())
    self.hooks = hooks
    interposed = InterposedFileSystem(
      base, afterListing: { _ in hooks.withLock { $0.listing.take() }?() },
      { operation, path in
        guard operation == .write, path.hasSuffix(".snapshot.tmp") else { return }
        hooks.withLock { $0.snapshot.take() }?()
      })
  }

  /// What happens behind the next listing, once.
  func afterNextListing(_ body: @escaping @Sendable () -> Void) {
    hooks.withLock { $0.listing = body }
  }

  /// What happens before the first write to the next snapshot, once.
  func duringNextSnapshot(_ body: @escaping @Sendable () -> Void) {
    hooks.withLock { $0.snapshot = body }
  }

  func openDirectory(_ path: String, creating: Bool) throws(IOFailure) -> any Directory {
    try interposed.openDirectory(path, creating: creating)
  }
}
