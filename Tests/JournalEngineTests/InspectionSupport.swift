import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

extension SimulatedFileSystem {
  /// A store of several segments and two generations of snapshots, closed; `k<n>` is put by commit
  /// after commit, and some keys again and again.
  static func grownStore(closing: Bool = true) throws -> SimulatedFileSystem {
    let system = SimulatedFileSystem(seed: 3)
    let journal = try system.open(.small())
    for round in 0..<3 {
      for number in 0..<8 {
        try journal.commit([
          .put("k\(round * 8 + number)", "v\(round)"), .put("again\(number)", "r\(round)"),
        ])
      }
      try journal.commit([.removePrefix("again7"), .remove("k\(round)")])
      if round < 2 { try journal.compact(isFull: true) }
    }
    if closing {
      try journal.close()
      return system
    }
    // What a kill would leave.
    var files: [String: [UInt8]] = [:]
    for name in system.storeNames { files[name] = try system.bytes(name) }
    try journal.close()
    return try .store(files)
  }

  var store: any Directory {
    get throws { try openDirectory(storePath, creating: false) }
  }

  func verify() throws -> JournalVerification { try StoreVerifier.verify(store) }

  func status() throws -> JournalStatus { try StatusReader.read(store) }

  /// Everything a walk over the log comes upon.
  func walk(
    _ range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max)
  ) throws -> (records: [JournalRecord], findings: [InspectionFinding], RecordWalkSummary) {
    var records: [JournalRecord] = []
    var findings: [InspectionFinding] = []
    let summary = try RecordWalk.run(store, range: range) { item, bytes in
      switch item {
      case .record(let record): records.append(JournalRecord(record, in: bytes))
      case .finding(let finding): findings.append(finding)
      }
      return true
    }
    return (records, findings, summary)
  }
}

extension ClosedRange<LogSequenceNumber> {
  static func range(_ range: ClosedRange<UInt64>) -> ClosedRange<LogSequenceNumber> {
    LogSequenceNumber(range.lowerBound)...LogSequenceNumber(range.upperBound)
  }
}
