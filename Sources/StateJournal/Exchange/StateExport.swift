public import JournalEngine
public import JournalFormat

/// What an export of state came to.
public struct StateExport: Sendable {
  /// How many objects were written.
  public internal(set) var objectCount = 0
  /// What was found on the way, such as a damaged snapshot that the previous generation stood in for.
  public internal(set) var recovery: RecoveryReport

  /// What every line says that it is of.
  static let schema = "state-journal/export/1"
}

extension JournalInspector {
  /// Calls `body` with the state as of a commit (the last one when it is `nil`), as lines of JSON that
  /// ``StateImport`` takes back: one for each object, and a last one with their number, by which an
  /// export that was cut short is noticed. Nothing at all comes of a selection that has no state.
  ///
  /// Integers, doubles, names and empty objects come back exactly.
  ///
  /// - Parameters:
  ///   - selection: only this object or source.
  ///   - sequence: the commit.
  ///   - body: called with each line, the line feed included; returns whether to go on.
  /// - Throws: as ``forEachEntry(at:of:_:)``.
  /// - Complexity: as ``forEachEntry(at:of:_:)``.
  @discardableResult
  public func export(
    _ selection: StateSelection? = nil, at sequence: LogSequenceNumber? = nil,
    _ body: ([UInt8]) -> Bool
  ) throws(JournalError) -> StateExport {
    var count = 0
    var isWanted = true
    let report = try forEachEntry(at: sequence, in: selection) { entry in
      guard case .object(let address, let object) = entry.content else { return true }
      count += 1
      isWanted = body(Self.line(address, object))
      return isWanted
    }
    if isWanted, count > 0 || selection == nil {
      var line = Self.start("summary")
      JSONText.append(token: ",\"exit_code\":0,\"objects\":", to: &line)
      JSONText.append(integer: Int64(count), to: &line)
      JSONText.append(token: ",\"lsn\":", to: &line)
      JSONText.append(integer: report.lastSequence.rawValue, to: &line)
      JSONText.append(token: "}\n", to: &line)
      _ = body(line)
    }
    return StateExport(objectCount: count, recovery: report)
  }

  private static func line(_ address: StateAddress, _ object: StateObject) -> [UInt8] {
    var line = start("object")
    JSONText.append(token: ",\"source\":", to: &line)
    JSONText.append(string: address.source, to: &line)
    JSONText.append(token: address.scope == .stream ? ",\"stream\":" : ",\"other\":", to: &line)
    JSONText.append(string: address.name, to: &line)
    JSONText.append(token: ",\"value\":", to: &line)
    // What was read back from CBOR can be written as JSON: both hold the same values.
    try? object.appendJSON(to: &line)
    JSONText.append(token: "}\n", to: &line)
    return line
  }

  private static func start(_ type: String) -> [UInt8] {
    var line: [UInt8] = []
    JSONText.append(token: "{\"schema\":", to: &line)
    JSONText.append(string: StateExport.schema, to: &line)
    JSONText.append(token: ",\"type\":", to: &line)
    JSONText.append(string: type, to: &line)
    return line
  }
}
