import JournalEngine
import StateJournal

/// The state that an export holds, line by line.
struct ImportedState {
  /// Each source with its state, in the order in which they came.
  private(set) var sources: [(source: String, state: SourceState)] = []
  private var places: [[UInt8]: Int] = [:]
  private var count = 0
  private let name: String
  /// Whether a line says that it is of an export, and whether the last line of one has come.
  private var isExport = false
  private(set) var isComplete = false

  /// Reads an export.
  ///
  /// - Parameter onProgress: called now and then.
  /// - Throws: a failure (1) that names the line, for what no export holds, for two values of one
  ///   address, and for an export that was cut short.
  init(
    _ input: Input, onProgress: (InspectionProgress) -> Void
  ) throws(ToolFailure) {
    name = input.name
    let bytes = try input.read()
    var number = 0
    var progress = InspectionProgress(
      byteCount: 0, totalByteCount: Int64(bytes.count), recordCount: 0)
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      progress.byteCount += Int64(line.count) + 1
      progress.recordCount = count
      if number % 256 == 0 { onProgress(progress) }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      do throws(StateError) {
        try take(try StateObject(json: Array(line).span))
      } catch {
        let detail =
          (error.underlying as? JSONError).map { "column \($0.column): \($0.reason.rawValue)" }
          ?? error.description
        throw ToolFailure(
          .failed, "line \(number) of \(name), \(detail); nothing was imported",
          next: "journal-tool help import")
      }
    }
    if isExport, !isComplete {
      throw ToolFailure(
        .failed,
        "\(name) ends after \(Units.count(count, "object")), without the summary that an export ends"
          + " with; nothing was imported", next: "journal-tool export DIR, anew")
    }
  }

  private mutating func take(_ line: StateObject) throws(StateError) {
    if isComplete { throw Self.bad("the export has ended before this line") }
    isExport = isExport || line["schema"]?.string == "state-journal/export/1"
    switch line["type"]?.string ?? "object" {
    case "object": try takeObject(line)
    case "summary":
      guard line["exit_code"]?.int == 0, line["objects"]?.int == Int64(count) else {
        throw Self.bad(
          "the export says it has \(line["objects"]?.description ?? "no") objects, and \(count) came"
        )
      }
      isComplete = true
    case let other: throw Self.bad("a line of type \(JSONLine.quoted(other)) is not of an export")
    }
  }

  private mutating func takeObject(_ line: StateObject) throws(StateError) {
    guard let source = line["source"]?.string else {
      throw Self.bad("the member source is missing, or no text")
    }
    let address: StateAddress
    switch (line["stream"], line["other"]) {
    case (.string(let name)?, nil): address = .stream(name, of: source)
    case (nil, .string(let name)?): address = .others(name, of: source)
    default: throw Self.bad("an object has the name of a stream, or of an other, as text")
    }
    guard case .object(let object)? = line["value"] else {
      throw Self.bad("the member value is missing, or no object")
    }
    try StateChange.update(address, object).validate()
    let key = Array(source.utf8)
    let place = places[key] ?? sources.count
    if place == sources.count {
      places[key] = place
      sources.append((source, SourceState()))
    }
    guard sources[place].state[address.scope, address.name] == nil else {
      throw Self.bad("a second value for \(address.text)")
    }
    sources[place].state[address.scope, address.name] = object
    count += 1
  }

  private static func bad(_ message: String) -> StateError { StateError(.undecodable, message) }
}
