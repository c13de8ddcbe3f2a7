import FileIO
import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

/// The tool as a process, and a store for it that goes away with this object.
final class JournalToolBench {
  /// The tool stands beside the program that runs the tests, like the others.
  static let tool =
    URL(fileURLWithPath: TortureBench.tool).deletingLastPathComponent().path
    + "/journal-tool"

  struct Outcome {
    var code: Int32
    var output: String
    var messages: String

    /// The lines of NDJSON output.
    func lines() throws -> [[String: StateValue]] {
      try output.split(separator: "\n").map { line in
        guard case .object(let object) = try StateValue(json: String(line)) else {
          throw CocoaError(.propertyListReadCorrupt)
        }
        return Dictionary(uniqueKeysWithValues: object.map { ($0.name, $0.value) })
      }
    }
  }

  let directory: String
  var store: String { directory + "/state" }

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("journal-tool-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    directory = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Runs the tool with nobody at its input.
  func run(_ arguments: String...) throws -> Outcome { try run([Self.tool] + arguments) }

  /// Runs any program.
  func run(_ commandLine: [String], input: String? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: commandLine[0])
    process.arguments = Array(commandLine.dropFirst())
    // Files rather than pipes, which a test that reads one after the other could leave full.
    let names = ["out", "err", "in"].map { "\(directory)/\($0)-\(UInt64.random(in: 0 ... .max))" }
    try (input ?? "").write(toFile: names[2], atomically: false, encoding: .utf8)
    for name in names.prefix(2) {
      try Data().write(to: URL(fileURLWithPath: name))
    }
    process.standardOutput = FileHandle(forWritingAtPath: names[0])
    process.standardError = FileHandle(forWritingAtPath: names[1])
    process.standardInput = FileHandle(forReadingAtPath: names[2])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try String(contentsOfFile: names[0], encoding: .utf8),
      messages: try String(contentsOfFile: names[1], encoding: .utf8))
  }

  // MARK: Stores

  static var options: JournalOptions {
    var options = JournalOptions()
    options.compactionByteCount = nil
    options.durability = .buffered
    return options
  }

  /// Fills the store: source "orders" with streams s0 to s9, in `count` commits.
  func fill(
    _ count: Int = 30, options: JournalOptions = options, compactingAt compactions: Set<Int> = [],
    closing: Bool = true
  ) throws {
    let storage = try JournalStateStorage.open(store, options: options)
    for number in 0..<count {
      try storage.update(
        .stream("s\(number % 10)", of: "orders"), to: ["last_id": .int(Int64(number))])
      if compactions.contains(number) { try storage.compact(full: true) }
    }
    if closing { try storage.close() } else { try copyAsKilled(storage) }
  }

  /// Leaves the store as a kill would have left it now.
  private func copyAsKilled(_ storage: JournalStateStorage) throws {
    try storage.sync()
    let copy = directory + "/copy"
    try FileManager.default.copyItem(atPath: store, toPath: copy)
    try storage.close()
    try FileManager.default.removeItem(atPath: store)
    try FileManager.default.moveItem(atPath: copy, toPath: store)
  }

  /// Commits one entry as other software would.
  func put(_ key: [UInt8], _ value: [UInt8]) throws {
    let journal = try Journal.open(store, in: POSIXFileSystem(), options: Self.options)
    try journal.commit { record in
      RecordChange.appendPut(key: key.span, value: value.span, to: &record)
      return true
    }
    try journal.close()
  }

  func putLabel(_ label: JournalLabel) throws {
    var value: [UInt8] = []
    try label.object.appendCBOR(to: &value)
    try put(label.key, value)
  }

  func names(_ suffix: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store).filter { $0.hasSuffix(suffix) }
      .sorted()
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: store + "/" + name)))
  }

  func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var content = try bytes(name)
    change(&content)
    try Data(content).write(to: URL(fileURLWithPath: store + "/" + name))
  }

  /// Makes the last segment one of the next version of the format.
  func makeNewer() throws {
    try change(try #require(try names(".journal").last)) { bytes in
      bytes[8] = 2
      bytes.storeUInt32(CRC32C.checksum(bytes.span.extracting(0..<76)), at: 76)
    }
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: store + "/" + name)
  }

  /// Every file with its content, but for what was set aside.
  func image() throws -> [String: [UInt8]] {
    var image: [String: [UInt8]] = [:]
    for name in try names() where name != "quarantine" { image[name] = try bytes(name) }
    return image
  }

  /// Where the record of a commit begins in a segment, and how long it is.
  func place(ofCommit number: UInt64) throws -> (file: String, range: Range<Int>) {
    var found: JournalRecord?
    try JournalInspector(store).forEachRecord { item in
      if case .record(let record) = item, record.record.sequence == LogSequenceNumber(number) {
        found = record.record
      }
      return true
    }
    let record = try #require(found)
    let start = Int(record.offset)
    return (record.file, start..<(start + record.byteCount))
  }
}
