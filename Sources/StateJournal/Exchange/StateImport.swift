public import JournalEngine

/// The state that an export holds, read from NDJSON as `journal-tool export` and
/// ``JournalInspector/export(_:at:_:)`` write it.
///
/// ```swift
/// let imported = try StateImport(ndjson: bytes)
/// try storage.apply(imported.changes, reason: "from the old host")
/// ```
public struct StateImport: Sendable {
  /// Each source with its state, in the order in which they came.
  public private(set) var sources: [(source: String, state: SourceState)] = []
  /// How many objects came.
  public private(set) var objectCount = 0
  /// Whether the last line of an export has come, which says that it is whole. Lines that are of no
  /// export, as written by hand, need none.
  public private(set) var isComplete = false

  private static let byteOrderMark = Array("\u{FEFF}".utf8)

  private var places: [[UInt8]: Int] = [:]
  /// Whether a line says that it is of an export.
  private var isExport = false

  /// Reads an export. Nothing is stored.
  ///
  /// - Parameters:
  ///   - bytes: lines of JSON.
  ///   - name: what to call it in errors.
  ///   - onProgress: called now and then.
  /// - Throws: ``StateError/Reason/undecodable`` that names the line, for what no export holds, for two
  ///   values of one address, for lines of another schema, and for an export that was cut short.
  /// - Complexity: O(bytes), in time and in memory.
  public init(
    ndjson bytes: [UInt8], named name: String = "the export",
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(StateError) {
    var number = 0
    var progress = InspectionProgress(
      byteCount: 0, totalByteCount: Int64(bytes.count), recordCount: 0)
    // What some editors put before UTF-8 is of the whole text, not of each line.
    let start = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
    let text = bytes[start...]
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      progress.byteCount += Int64(line.count) + 1
      progress.recordCount = objectCount
      if number % 256 == 0 { onProgress(progress) }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      do throws(StateError) {
        if line.starts(with: Self.byteOrderMark) {
          throw Self.bad("a byte order mark stands only before the first line")
        }
        try take(try StateObject(json: Array(line).span, enclosing: 1))
      } catch {
        let detail =
          (error.underlying as? JSONError).map { "column \($0.column): \($0.reason.rawValue)" }
          ?? error.description
        throw StateError(.undecodable, "line \(number) of \(name), \(detail)", underlying: error)
      }
    }
    if isExport, !isComplete {
      throw StateError(
        .undecodable,
        "\(name) ends after \(Units.count(objectCount, "object")), without the summary that an"
          + " export ends with")
    }
  }

  /// What puts each object at its address and leaves everything else as it is.
  public var changes: [StateChange] {
    sources.flatMap { source, state in
      state.streams.map { StateChange.update(.stream($0.name, of: source), $0.value) }
        + state.others.map { StateChange.update(.others($0.name, of: source), $0.value) }
    }
  }

  private mutating func take(_ line: StateObject) throws(StateError) {
    if isComplete { throw Self.bad("the export has ended before this line") }
    if let schema = line["schema"] {
      // Another number says that lines mean something else, and another name that they are of no export.
      guard schema.string == StateExport.schema else {
        throw Self.bad(
          "the schema is \(schema.description), and this release reads \"\(StateExport.schema)\"")
      }
      isExport = true
    }
    switch line["type"]?.string ?? "object" {
    case "object": try takeObject(line)
    case "summary":
      guard line["exit_code"]?.int == 0 else {
        let code = line["exit_code"].map { "exit code \($0.description)" } ?? "no exit code"
        throw Self.bad("the export did not come to its end (\(code))")
      }
      guard line["objects"]?.int == Int64(objectCount) else {
        throw Self.bad(
          "the export says it has \(line["objects"]?.description ?? "no") objects, and"
            + " \(objectCount) came")
      }
      isComplete = true
    case let other:
      throw Self.bad("a line of type \(StateValue.string(other).description) is not of an export")
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
      throw Self.bad("a second value for \(StateSelection.object(address).text)")
    }
    sources[place].state[address.scope, address.name] = object
    objectCount += 1
  }

  private static func bad(_ message: String) -> StateError { StateError(.undecodable, message) }
}
