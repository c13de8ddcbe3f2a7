import FileIO
import StateJournal
import StorageSimulator

/// A number on a disk. Stands for what somebody wants to be sure of.
private struct Counter {
  private static let address = StateAddress.others("number", of: "counter")
  private let state: JournalStateStorage

  init(in files: any FileSystem) throws {
    state = try JournalStateStorage.open("state", in: files)
  }

  var value: Int {
    get throws { try Int(state.read(Self.address)["number"]?.int ?? 0) }
  }

  func store(_ number: Int) throws {
    try state.update(Self.address, to: ["number": .int(Int64(number))])
  }
}

func exploring() {
  let exploration = CrashExploration(promise: 0) { files, promise in
    let counter = try Counter(in: files)
    for number in 1...5 {
      try counter.store(number)
      promise(number)  // stored means: survives power loss
    }
  } recover: { files in
    try Counter(in: files).value
  } permits: { found, promised, _ in
    found >= promised  // more may have happened, never less
  }
  let report = exploration.run()
  print(report)
  precondition(report.violations.isEmpty, "\(report.violations)")
}

func crashing(
  runHistory: (SimulatedFileSystem) -> Void, check: (SimulatedFileSystem) -> Void
) {
  let files = SimulatedFileSystem(seed: 7)
  files.crash(at: 12)
  runHistory(files)  // operation 12 and later ones fail
  for seed: UInt64 in 0..<100 {
    check(files.afterPowerLoss(.random(seed: seed)))  // each a fresh machine
  }
}

func watching(runJob: (Int) -> Void) {
  let watchdog = Watchdog(limit: .seconds(60))
  for seed in 0..<1000 {
    watchdog.begin("seed \(seed)")
    runJob(seed)
  }
}
