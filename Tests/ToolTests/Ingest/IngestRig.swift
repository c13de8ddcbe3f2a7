import DataSources
import FileIO
import Foundation
import StateJournal
import Synchronization
import Testing

@testable import DataSources
@testable import ingest

/// The tool with directories of its own, a state that outlives runs, and ears.
final class IngestRig: Sendable {
  /// What a run left.
  struct Outcome {
    var code: ExitCode
    var output: String
    var messages: String
  }

  let files = IngestMortalFiles()
  private let root: String
  private let storage = InMemoryStateStorage()
  private let violations = Mutex<[String]>([])

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/ingest-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: input, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var input: String { root + "/in" }
  var output: String { root + "/out" }
  /// Commits that came before the data was durable.
  var earlyCommits: [String] { violations.withLock { $0 } }

  func put(_ text: String, in name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(input)/\(name)"))
  }

  /// Puts a new file in the place of an old one, which was there until then: another file for sure.
  func replace(_ name: String, with text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(input)/\(name)"), options: .atomic)
  }

  func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(input)/\(name)", withDestinationPath: destination)
  }

  /// Appends as a writer of the input would: in place.
  func append(_ text: String, to name: String) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(input)/\(name)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  func written(_ name: String) -> String? {
    guard let data = FileManager.default.contents(atPath: "\(output)/\(name)") else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  func setOutput(_ name: String, to text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(output)/\(name)"))
  }

  /// Takes back what was not synced; without its directory there is nothing to lose yet.
  func cutPower() throws {
    guard FileManager.default.fileExists(atPath: output) else { return }
    try files.cutPower(in: POSIXFileSystem().openDirectory(output, creating: false))
  }

  func state(of stream: String) async throws -> StateObject {
    try await storage.read(.stream(stream, of: "csv"))
  }

  func setState(of stream: String, to object: StateObject) async throws {
    try await storage.apply([.update(.stream(stream, of: "csv"), object)])
  }

  /// Runs the tool; small bites make many commits of little data. The state is in memory, where it
  /// can be looked at, unless it is to be in a journal, where the tool itself keeps it.
  func run(
    _ flags: [String] = [], input: String? = nil, smallBites: Bool = false,
    inJournal: Bool = false, onTerminal: Bool = false
  ) async throws -> Outcome {
    let options = try #require(
      try IngestOptions(["--from", input ?? self.input, "--to", output] + flags))
    let (printed, said) = (Lines(), Lines())
    let report = IngestReport(
      Console(
        printOutput: { printed.add($0) }, printMessage: { said.add($0) }, canRedraw: onTerminal,
        usesColor: false), isQuiet: options.isQuiet)
    let plan = IngestPlan(
      options, input: input ?? self.input, in: files,
      chunkByteCount: smallBites ? 1024 : FileReadingOptions().chunkByteCount,
      grouping: smallBites
        ? GroupingPolicy(maximumPayloadCount: 2, maximumDelay: .seconds(3600))
        : GroupingPolicy(targetByteCount: 8 << 20),
      report: { report.handle($0) })
    let job = IngestJob(
      plan: plan,
      openState: { [self] directory, durability async throws(StateError) in
        if inJournal { return try await openState(directory, durability) }
        return OpenState(storage: MortalStorage(self)) { () throws(StateError) in }
      }, report: report)
    let code = await job.run()
    return Outcome(code: code, output: printed.text, messages: said.text)
  }

  private final class Lines: Sendable {
    private let lines = Mutex("")
    func add(_ text: String) { lines.withLock { $0 += text } }
    var text: String { lines.withLock { $0 } }
  }

  /// A state that is lost with the process, and checks that it never covers what is not durable.
  private struct MortalStorage: StateStorage {
    let rig: IngestRig
    init(_ rig: IngestRig) { self.rig = rig }

    func read(_ source: String) async throws(StateError) -> SourceState {
      try await rig.storage.read(source)
    }

    func write(_ state: SourceState, to source: String) async throws(StateError) {
      try await rig.storage.write(state, to: source)
    }

    func apply(_ changes: [StateChange]) async throws(StateError) {
      let (happens, isLast) = rig.files.killSwitch.step()
      guard happens else { throw StateError(.storage, "the process is dead") }
      for case .update(_, let object) in changes { rig.check(object) }
      try await rig.storage.apply(changes)
      // Committed, but the process died before it heard of it.
      if isLast { throw StateError(.storage, "the process is dead") }
    }
  }

  private func check(_ object: StateObject) {
    guard let name = object["sink"]?["file"]?.string, let length = object["sink"]?["length"]?.int
    else { return }
    let durable = files.durableByteCount(of: "\(output)/\(name)")
    if length > durable {
      violations.withLock { $0.append("\(name): \(length) committed, \(durable) durable") }
    }
  }
}
