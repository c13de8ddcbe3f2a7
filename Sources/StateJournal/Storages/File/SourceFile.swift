/// What stands in a file of state: the format's version, and sources by name or one source.
enum SourceFile {
  private static let version: Int64 = 1
  private static let versionMember = "format"
  private static let sourceMember = "source"
  private static let batchMember = "sources"
  /// Objects around what is state: the file, the sources, one of them, its streams.
  private static let levelCount = 4

  /// The content of a source's file.
  static func bytes(_ state: SourceState, of source: String) throws(StateError) -> [UInt8] {
    var object = state.object
    object[sourceMember] = .string(source)
    return try bytes(object)
  }

  /// The content of a file that holds a batch: each source as it is to be, and null for one that is
  /// to have no state.
  static func bytes(_ batch: StateMap<SourceState>) throws(StateError) -> [UInt8] {
    let sources = batch.map { source, state -> (String, StateValue) in
      (source, state.isEmpty ? .null : .object(state.object))
    }
    return try bytes([batchMember: .object(StateObject(sources))])
  }

  /// What a source's file says, and of which source.
  static func source(
    _ bytes: [UInt8]
  ) throws(StateError) -> (name: String, state: SourceState) {
    var object = try object(bytes)
    guard let name = object[sourceMember]?.string else {
      throw StateError(.undecodable, "the name of the source is missing", path: [sourceMember])
    }
    object[sourceMember] = nil
    for member in SourceState.memberNames where object[member] == nil {
      throw StateError(.undecodable, "a member is missing: \(member)", path: [member])
    }
    return (name, try SourceState(object: object))
  }

  /// What a batch's file says.
  static func batch(_ bytes: [UInt8]) throws(StateError) -> StateMap<SourceState> {
    guard let sources = try object(bytes)[batchMember]?.object else {
      throw StateError(.undecodable, "the batch is missing", path: [batchMember])
    }
    var batch: StateMap<SourceState> = [:]
    for (source, value) in sources {
      if value.isNull {
        batch[source] = SourceState()
      } else if let object = value.object {
        batch[source] = try SourceState(object: object)
      } else {
        throw StateError(.undecodable, "the member is no object", path: [batchMember, source])
      }
    }
    return batch
  }

  private static func bytes(_ object: StateObject) throws(StateError) -> [UInt8] {
    var object = object
    object[versionMember] = .int(version)
    var bytes: [UInt8] = []
    try object.appendJSON(to: &bytes, style: .pretty, enclosing: levelCount)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func object(_ bytes: [UInt8]) throws(StateError) -> StateObject {
    var object = try StateObject(json: bytes.span, enclosing: levelCount)
    guard let found = object[versionMember]?.int, found > 0 else {
      throw StateError(
        .undecodable, "the version of the format is missing", path: [versionMember])
    }
    if found > version {
      throw StateError(
        .undecodable,
        "the format has version \(found), which is newer than this program; use a newer release",
        path: [versionMember])
    }
    object[versionMember] = nil
    return object
  }
}
