import FileIO
import StorageSimulator
import Synchronization

/// A file system on which something else happens right behind the next listing of a directory, as
/// when another process comes in between.
final class HookedFileSystem: FileSystem {
  let base: SimulatedFileSystem
  private let hook = Mutex<(@Sendable () -> Void)?>(nil)

  init(_ base: SimulatedFileSystem) { self.base = base }

  /// What happens behind the next listing, once.
  func afterNextListing(_ body: @escaping @Sendable () -> Void) { hook.withLock { $0 = body } }

  fileprivate func strike() {
    let body = hook.withLock { hook in
      defer { hook = nil }
      return hook
    }
    body?()
  }

  func openDirectory(_ path: String, creating: Bool) throws(IOFailure) -> any Directory {
    HookedDirectory(try base.openDirectory(path, creating: creating), self)
  }
}

private final class HookedDirectory: Directory {
  private let base: any Directory
  private let system: HookedFileSystem

  init(_ base: any Directory, _ system: HookedFileSystem) {
    self.base = base
    self.system = system
  }

  var path: String { base.path }

  func list() throws(IOFailure) -> [String] {
    let names = try base.list()
    system.strike()
    return names
  }

  func undecodableNameCount() throws(IOFailure) -> Int { try base.undecodableNameCount() }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    try base.openFile(name, access)
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    try base.rename(name, to: newName)
  }

  func remove(_ name: String) throws(IOFailure) { try base.remove(name) }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    try base.openDirectory(name, creating: creating)
  }

  func sync() throws(IOFailure) { try base.sync() }

  func availableByteCount() throws(IOFailure) -> Int64 { try base.availableByteCount() }
}
