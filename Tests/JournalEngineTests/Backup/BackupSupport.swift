import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

/// Where backups lie in these tests.
let backupPath = "copy"

extension SimulatedFileSystem {
  /// The state that the store in a directory has; what keeps it from opening is thrown.
  func readState(of path: String) throws(JournalError) -> StoreState {
    try JournalReader.reading(path, in: self) { (reader) throws(JournalError) in
      try reader.view.state()
    }
  }

  @discardableResult
  func backUp(isIncremental: Bool = true, to path: String = backupPath) throws -> BackupReport {
    try BackupRun.run(
      from: openDirectory(storePath, creating: false), to: openDirectory(path, creating: true),
      isIncremental: isIncremental)
  }

  /// The files of a directory, without the lock and the quarantine.
  func files(of path: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in filePaths where name.hasPrefix(path + "/") {
      let name = String(name.dropFirst(path.count + 1))
      if name != "LOCK", !name.contains("/") { files[name] = try contents(of: path + "/" + name) }
    }
    return files
  }
}

/// A store, written to beside its backups, and every state it ever had.
struct BackedUpStore {
  let system: SimulatedFileSystem
  let journal: Journal
  private(set) var states: [StoreState] = [[:]]

  init(
    on system: SimulatedFileSystem = SimulatedFileSystem(seed: 1),
    _ options: JournalOptions = .small(400)
  ) throws {
    self.system = system
    journal = try system.open(options)
  }

  mutating func put(_ count: Int, _ mark: String) throws {
    for number in 0..<count {
      let changes: [StoreChange] = [
        .put("k\(number % 7)", mark), .put("count", "\(states.count)"),
      ]
      var state = states[states.count - 1]
      state.apply(changes)
      states.append(state)
      try journal.commit(changes)
    }
  }
}
