import FileIO
import StorageSimulator
import Testing

/// A simulated disk with one directory, whose files tests read and change at will.
struct SnapshotDisk {
  let files = SimulatedFileSystem(seed: 1)
  let directory: any Directory

  init() throws { directory = try files.openDirectory("snapshots", creating: true) }

  /// The bytes of a file; empty when it is missing.
  subscript(name: String) -> [UInt8] {
    get { (try? files.contents(of: "snapshots/\(name)")) ?? [] }
    nonmutating set {
      #expect(throws: Never.self) {
        try files.replaceContents(of: "snapshots/\(name)", with: newValue)
      }
    }
  }

  /// What was done to files, in order.
  var operations: [IOFailure.Operation] { files.operations.map(\.kind) }
}
