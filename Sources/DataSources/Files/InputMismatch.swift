import StateJournal

/// How a file differs from what was ingested before under its name.
struct InputMismatch: Equatable {
  let name: String
  /// The bytes that were ingested before.
  let ingestedByteCount: Int64
  /// The bytes there are now, when those are fewer; `nil` when some among them have changed.
  let byteCount: Int64?
  /// Whether it is the file that was read before, by its identity.
  let isSameFile: Bool
}

extension InputMismatch: CustomStringConvertible {
  /// What happened, how it can be told, and what to do.
  var description: String { "\(finding). Nothing of it was ingested now. \(advice)" }

  private var finding: String {
    let ingested = Quantity.plural(ingestedByteCount, "byte")
    guard let byteCount else {
      // Not more than a hint: the number of a file that is gone may be given to the next one.
      return isSameFile
        ? "\(name) was edited or written anew in place: it is the file that was ingested before, by "
          + "device and inode, but among its first \(ingested) some have changed"
        : "\(name) is another file than the one that was ingested before under that name, by device "
          + "or inode, and its first \(ingested) are not the same"
    }
    let present = "\(name) has \(Quantity.plural(byteCount, "byte"))"
    return isSameFile
      ? "\(present), but was ingested up to byte \(Quantity.count(ingestedByteCount)) before: it was "
        + "cut or written anew in place"
      : "\(present), but another file was ingested before under that name, up to byte "
        + "\(Quantity.count(ingestedByteCount)): it was replaced by a shorter one"
  }

  private var advice: String {
    let dot = name.lastIndex { $0 == "." || $0 == "/" }
    let suffix = dot.map { name[$0] == "." ? name[$0...] : "" } ?? ""
    let newName = Shell.quoted("\(name.dropLast(suffix.count))-2\(suffix)")
    return
      "To go on with the former content, bring it back under this name and run again. To ingest "
      + "the present one as a stream of its own, rename it and run again: mv -n "
      + "\(Shell.quoted(name)) \(newName). To ingest everything anew, choose another output and "
      + "another state"
  }
}
